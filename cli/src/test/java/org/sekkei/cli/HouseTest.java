package org.sekkei.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Holds the arrows of designs/house.md.
class HouseTest {
    private static final String BASE = "org.sekkei.";

    private static final Map<String, Set<String>> MAY_USE = Map.of(
            "inr", Set.of(),
            "torch", Set.of(),
            "pictures", Set.of(),
            "fit", Set.of("inr", "torch", "pictures"),
            "models", Set.of("torch"),
            "plan", Set.of("torch", "models"),
            "train", Set.of("inr", "torch", "pictures", "models"),
            "tasks", Set.of("inr", "torch", "pictures", "models", "plan", "train"),
            "cli", Set.of("inr", "torch", "pictures", "fit", "models", "plan", "train", "tasks"));

    private static final JavaClasses SEKKEI = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.sekkei");

    static Set<String> rooms() {
        return new TreeSet<>(MAY_USE.keySet());
    }

    @Test
    void everyClassHasARoom() {
        assertThat(SEKKEI).isNotEmpty().allSatisfy(type -> assertThat(MAY_USE).containsKey(roomOf(type)));
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void roomUsesOnlyTheRoomsInItsRow(String room) {
        var forbidden = new TreeSet<>(rooms());
        forbidden.remove(room);
        forbidden.removeAll(MAY_USE.getOrDefault(room, Set.of()));
        noClasses()
                .that()
                .resideInAPackage(BASE + room + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        forbidden.stream().map(other -> BASE + other + "..").toArray(String[]::new))
                .allowEmptyShould(true)
                .check(SEKKEI);
    }

    @Test
    void onlyTorchKnowsTheEngine() {
        onlyKnow("org.bytedeco.pytorch..", "torch..");
    }

    @Test
    void onlyPicturesKnowFfmpegAndOnlyTrackingKnowsOpenCv() {
        onlyKnow("org.bytedeco.ffmpeg..", "pictures.video..");
        onlyKnow("org.bytedeco.javacv..", "pictures.video..");
        onlyKnow("org.bytedeco.opencv..", "tasks.track..");
        onlyKnow("org.bytedeco..", "torch..", "pictures.video..", "tasks.track..");
    }

    private static void onlyKnow(String library, String... packages) {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        Arrays.stream(packages).map(name -> BASE + name).toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(SEKKEI);
    }

    @Test
    void inrNeedsNothingButTheJdk() {
        classes()
                .that()
                .resideInAPackage(BASE + "inr..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "jdk.incubator..", "org.jspecify..", BASE + "inr..")
                .check(SEKKEI);
    }

    /// A package and its `internal` one count as one: the public side makes what the internal side implements.
    @Test
    void packagesOfARoomFormNoCycle() {
        slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        return SliceIdentifier.of(type.getPackageName().replace(".internal", ""));
                    }

                    @Override
                    public String getDescription() {
                        return "packages";
                    }
                })
                .should()
                .beFreeOfCycles()
                .check(SEKKEI);
    }

    @Test
    void internalsStayInTheirRoom() {
        classes()
                .should(new ArchCondition<JavaClass>("use the internal packages of their own room only") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                            JavaClass target = dependency.getTargetClass();
                            if (isInternal(target) && !roomOf(target).equals(roomOf(type))) {
                                events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
                            }
                        }
                    }
                })
                .check(SEKKEI);
    }

    private static boolean isInternal(JavaClass type) {
        return type.getPackageName().startsWith(BASE)
                && Arrays.asList(type.getPackageName().split("\\.")).contains("internal");
    }

    private static String roomOf(JavaClass type) {
        String afterBase = type.getPackageName().substring(BASE.length());
        int dot = afterBase.indexOf('.');
        return dot < 0 ? afterBase : afterBase.substring(0, dot);
    }
}
