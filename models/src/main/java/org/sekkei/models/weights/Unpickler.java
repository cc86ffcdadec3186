package org.sekkei.models.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.sekkei.models.weights.PickleValue.Bytes;
import org.sekkei.models.weights.PickleValue.Dictionary;
import org.sekkei.models.weights.PickleValue.Huge;
import org.sekkei.models.weights.PickleValue.Known;
import org.sekkei.models.weights.PickleValue.None;
import org.sekkei.models.weights.PickleValue.Real;
import org.sekkei.models.weights.PickleValue.Sequence;
import org.sekkei.models.weights.PickleValue.StorageName;
import org.sekkei.models.weights.PickleValue.Text;
import org.sekkei.models.weights.PickleValue.Truth;
import org.sekkei.models.weights.PickleValue.Tuple;
import org.sekkei.models.weights.PickleValue.View;
import org.sekkei.models.weights.PickleValue.Whole;
import org.sekkei.torch.DType;

/// A machine for the part of Python's pickle language (PEP 307, 3154) in which weights are written: numbers, texts,
/// lists, tuples, dicts, and the few names of [PickleName]. It calls nothing and makes nothing else; whatever asks for
/// more is refused by its name. It keeps its own stack, so that no nesting is too deep, and counts what it makes.
final class Unpickler {
    private static final int MOST_OBJECTS = 2_000_000;
    private static final long LONGEST = 64L << 20;
    private static final int LONGEST_LINE = 4096;
    private static final int LONGEST_NUMBER = 64;

    private static final ValueLayout.OfDouble BIG_ENDIAN_DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final CheckpointFile file;
    private final ByteCursor in;
    private final long begin;
    private final List<PickleValue> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final Map<Long, PickleValue> memo = new HashMap<>();
    private final Map<String, DType> storageTypes = new HashMap<>();
    private int objects;

    /// @param in stands at a pickle, and after [#read] behind it
    Unpickler(CheckpointFile file, ByteCursor in) {
        this.file = file;
        this.in = in;
        this.begin = in.position();
    }

    /// What element types the storages have that the pickle names, by their keys.
    Map<String, DType> storageTypes() {
        return storageTypes;
    }

    /// Runs the pickle.
    ///
    /// @throws CheckpointException if it is damaged, too large, or asks for more than weights
    PickleValue read() throws IOException {
        while (true) {
            int opcode = in.next();
            if (in.position() - begin > LONGEST) {
                throw file.problem(
                        "describes its tensors in more than " + (LONGEST >> 20) + " MB; no checkpoint needs that much");
            }
            switch (opcode) {
                case '.' -> {
                    return pop();
                }
                case 0x80 -> requireProtocol(in.next()); // PROTO
                case 0x95 -> in.nextLong(); // FRAME: its length is of use to streams only
                case '(' -> mark();
                case '0' -> pop();
                case '1' -> popToMark();
                case '2' -> push(top());
                case 'N' -> push(new None());
                case 0x88 -> push(new Truth(true));
                case 0x89 -> push(new Truth(false));
                case 'J' -> push(new Whole(in.nextInt()));
                case 'K' -> push(new Whole(in.next()));
                case 'M' -> push(new Whole(in.nextShort()));
                case 0x8a -> push(number(in.next())); // LONG1
                case 0x8b -> push(number(in.nextInt())); // LONG4
                case 'I', 'L' -> push(number(line()));
                case 'G' ->
                    push(new Real(MemorySegment.ofArray(in.next(Double.BYTES)).get(BIG_ENDIAN_DOUBLE, 0)));
                case 'X', 'T' -> push(text(length(in.nextInt()))); // BINUNICODE, BINSTRING
                case 0x8c, 'U' -> push(text(in.next())); // SHORT_BINUNICODE, SHORT_BINSTRING
                case 0x8d -> push(text(length(in.nextLong()))); // BINUNICODE8
                case 'C' -> push(new Bytes(in.next(in.next()))); // SHORT_BINBYTES
                case 'B' -> push(new Bytes(in.next(length(in.nextInt())))); // BINBYTES
                case 0x8e -> push(new Bytes(in.next(length(in.nextLong())))); // BINBYTES8
                case ')' -> push(new Tuple(List.of()));
                case 't' -> push(new Tuple(popToMark()));
                case 0x85 -> push(tuple(1));
                case 0x86 -> push(tuple(2));
                case 0x87 -> push(tuple(3));
                case ']' -> push(new Sequence());
                case '}' -> push(new Dictionary());
                case 'l' -> push(extended(new Sequence(), popToMark()));
                case 'd' -> push(filled(new Dictionary(), popToMark()));
                case 'a' -> append(List.of(pop()));
                case 'e' -> append(popToMark());
                case 's' -> set(tuple(2).items());
                case 'u' -> set(popToMark());
                case 'q' -> remember(in.next());
                case 'r' -> remember(Integer.toUnsignedLong(in.nextInt()));
                case 0x94 -> remember(memo.size()); // MEMOIZE
                case 'h' -> push(memo(in.next()));
                case 'j' -> push(memo(Integer.toUnsignedLong(in.nextInt())));
                case 'c' -> push(known(line(), line()));
                case 0x93 -> { // STACK_GLOBAL
                    List<PickleValue> names = tuple(2).items();
                    push(known(
                            as(Text.class, names.get(0)).value(),
                            as(Text.class, names.get(1)).value()));
                }
                case 'R', 0x81 -> { // REDUCE, NEWOBJ
                    List<PickleValue> call = tuple(2).items();
                    push(make(
                            as(Known.class, call.get(0)).name(),
                            as(Tuple.class, call.get(1)).items()));
                }
                case 'b' -> build();
                case 'Q' -> push(storage(as(Tuple.class, pop()).items()));
                default ->
                    throw file.problem("its pickle uses opcode 0x" + Integer.toHexString(opcode) + " at byte "
                            + (in.position() - 1) + ", which no weights need; save the state dict alone");
            }
        }
    }

    private void requireProtocol(int version) throws CheckpointException {
        if (version > 5) {
            throw file.problem("is a pickle of protocol " + version + "; 5 is the last that is known");
        }
    }

    // ---- the stack ----

    private void push(PickleValue value) throws CheckpointException {
        count();
        stack.add(value);
    }

    private void mark() throws CheckpointException {
        count();
        marks.push(stack.size());
    }

    private void remember(long index) throws CheckpointException {
        count();
        memo.put(index, top());
    }

    private void count() throws CheckpointException {
        objects++;
        if (objects > MOST_OBJECTS) {
            throw file.problem("its pickle holds more than " + MOST_OBJECTS + " values; no checkpoint needs that many");
        }
    }

    private PickleValue pop() throws CheckpointException {
        PickleValue top = top();
        stack.removeLast();
        return top;
    }

    private PickleValue top() throws CheckpointException {
        int floor = marks.isEmpty() ? 0 : marks.getFirst();
        if (stack.size() <= floor) {
            throw damaged();
        }
        return stack.getLast();
    }

    private List<PickleValue> popToMark() throws CheckpointException {
        Integer mark = marks.poll();
        if (mark == null) {
            throw damaged();
        }
        List<PickleValue> tail = stack.subList(mark, stack.size());
        List<PickleValue> values = List.copyOf(tail);
        tail.clear();
        return values;
    }

    private Tuple tuple(int length) throws CheckpointException {
        PickleValue[] items = new PickleValue[length];
        for (int i = length - 1; i >= 0; i--) {
            items[i] = pop();
        }
        return new Tuple(List.of(items));
    }

    private PickleValue memo(long index) throws CheckpointException {
        PickleValue value = memo.get(index);
        if (value == null) {
            throw damaged();
        }
        return value;
    }

    // ---- values ----

    private PickleValue number(int length) throws IOException {
        if (length < 0 || length > LONGEST_NUMBER) {
            throw file.problem("its pickle has a number of " + length + " bytes, which no weights need");
        }
        byte[] bytes = in.next(length);
        if (length > Long.BYTES) {
            return new Huge(bytes);
        }
        long value = length > 0 && bytes[length - 1] < 0 ? -1 : 0;
        for (int i = length - 1; i >= 0; i--) {
            value = value << 8 | Byte.toUnsignedLong(bytes[i]);
        }
        return new Whole(value);
    }

    private PickleValue number(String line) throws CheckpointException {
        if (line.equals("00") || line.equals("01")) {
            return new Truth(line.equals("01"));
        }
        try {
            return new Whole(Long.parseLong(line.endsWith("L") ? line.substring(0, line.length() - 1) : line));
        } catch (NumberFormatException error) {
            throw damaged();
        }
    }

    private Text text(int length) throws IOException {
        return new Text(new String(in.next(length), StandardCharsets.UTF_8));
    }

    private int length(long length) throws CheckpointException {
        if (length < 0 || length > LONGEST) {
            throw file.problem(
                    "its pickle has a text of " + Long.toUnsignedString(length) + " bytes, which no weights need");
        }
        return (int) length;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int letter = in.next(); letter != '\n'; letter = in.next()) {
            if (line.length() == LONGEST_LINE) {
                throw damaged();
            }
            line.append((char) letter);
        }
        return line.toString();
    }

    private void append(List<PickleValue> values) throws CheckpointException {
        extended(as(Sequence.class, top()), values);
    }

    private static Sequence extended(Sequence list, List<PickleValue> values) {
        list.items().addAll(values);
        return list;
    }

    private void set(List<PickleValue> keysAndValues) throws CheckpointException {
        filled(as(Dictionary.class, top()), keysAndValues);
    }

    private Dictionary filled(Dictionary dictionary, List<PickleValue> keysAndValues) throws CheckpointException {
        if (keysAndValues.size() % 2 != 0) {
            throw damaged();
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            dictionary.entries().put(key(keysAndValues.get(i)), keysAndValues.get(i + 1));
        }
        return dictionary;
    }

    private String key(PickleValue value) throws CheckpointException {
        return switch (value) {
            case Text(String text) -> text;
            case Whole(long number) -> Long.toString(number);
            default -> throw file.problem("has a dict of which a key is neither a text nor a whole number");
        };
    }

    // ---- names ----

    private Known known(String module, String name) throws CheckpointException {
        PickleName known = PickleName.of(module, name);
        if (known == null) {
            throw file.problem("holds '" + module + "." + name
                    + "', which is neither tensor, dict nor number; code in a checkpoint is never run. Save its"
                    + " state dict alone, with torch.save(model.state_dict(), ...)");
        }
        return new Known(known);
    }

    private PickleValue make(PickleName name, List<PickleValue> arguments) throws CheckpointException {
        try {
            return switch (name.kind()) {
                case ORDERED_DICT -> orderedDict(arguments);
                case SIZE -> arguments.getFirst();
                case REBUILD_TENSOR, REBUILD_TENSOR_V2 -> {
                    requirePlain(arguments, 6);
                    StorageName storage = as(StorageName.class, arguments.get(0));
                    yield view(arguments, storage, Objects.requireNonNull(storage.dtype()));
                }
                case REBUILD_TENSOR_V3 -> {
                    requirePlain(arguments, 7);
                    DType dtype = as(Known.class, arguments.get(6)).name().dtype();
                    yield view(arguments, as(StorageName.class, arguments.get(0)), Objects.requireNonNull(dtype));
                }
                case REBUILD_PARAMETER, REBUILD_PARAMETER_WITH_STATE -> as(View.class, arguments.getFirst());
                case STORAGE, ELEMENT_TYPE -> throw damaged();
            };
        } catch (IndexOutOfBoundsException | NullPointerException | java.util.NoSuchElementException error) {
            throw damaged();
        }
    }

    /// PyTorch marks values to be conjugated or negated behind the arguments that every tensor has.
    private void requirePlain(List<PickleValue> arguments, int usual) throws CheckpointException {
        if (arguments.size() > usual
                && !(arguments.get(usual) instanceof Dictionary marks
                        && marks.entries().isEmpty())
                && !(arguments.get(usual) instanceof None)) {
            throw file.problem("has a tensor that is to be conjugated or negated; save it resolved");
        }
    }

    private View view(List<PickleValue> arguments, StorageName storage, DType dtype) throws CheckpointException {
        return new View(
                storage,
                dtype,
                as(Whole.class, arguments.get(1)).value(),
                numbers(arguments.get(2)),
                numbers(arguments.get(3)));
    }

    private List<Long> numbers(PickleValue tuple) throws CheckpointException {
        List<Long> numbers = new ArrayList<>();
        for (PickleValue item : as(Tuple.class, tuple).items()) {
            numbers.add(as(Whole.class, item).value());
        }
        return numbers;
    }

    private Dictionary orderedDict(List<PickleValue> arguments) throws CheckpointException {
        Dictionary dictionary = new Dictionary();
        if (!arguments.isEmpty()) {
            // Python 2 writes a list of [key, value].
            for (PickleValue pair : as(Sequence.class, arguments.getFirst()).items()) {
                List<PickleValue> keyAndValue = pair instanceof Tuple(List<PickleValue> items)
                        ? items
                        : as(Sequence.class, pair).items();
                if (keyAndValue.size() != 2) {
                    throw damaged();
                }
                filled(dictionary, keyAndValue);
            }
        }
        return dictionary;
    }

    /// A state dict carries the versions of its modules as an attribute, which is of no use here.
    private void build() throws CheckpointException {
        pop();
        as(Dictionary.class, top());
    }

    /// `('storage', type, key, device, elements)`, which the legacy format follows with a view of it or None.
    private StorageName storage(List<PickleValue> id) throws CheckpointException {
        if (id.size() < 5 || id.size() > 6 || !id.getFirst().equals(new Text("storage"))) {
            String kind = !id.isEmpty() && id.getFirst() instanceof Text(String text) ? text : "value";
            throw file.problem("holds '" + kind
                    + "' outside of its pickle, which is neither tensor, dict nor number; code in a checkpoint is never"
                    + " run. Save its state dict alone, with torch.save(model.state_dict(), ...)");
        }
        PickleName type = as(Known.class, id.get(1)).name();
        if (type.kind() != PickleName.Kind.STORAGE) {
            throw damaged();
        }
        long offset = 0;
        if (id.size() == 6 && id.get(5) instanceof Tuple(List<PickleValue> part)) {
            if (part.size() != 3) {
                throw damaged();
            }
            offset = as(Whole.class, part.get(1)).value();
        }
        String key = key(id.get(2));
        DType counted = type.dtype() == null ? DType.UINT8 : type.dtype();
        if (storageTypes.put(key, counted) instanceof DType before && before != counted) {
            throw file.problem("uses storage " + key + " as " + before + " and as " + counted);
        }
        return new StorageName(key, type.dtype(), as(Whole.class, id.get(4)).value(), offset);
    }

    private <V extends PickleValue> V as(Class<V> type, PickleValue value) throws CheckpointException {
        if (!type.isInstance(value)) {
            throw damaged();
        }
        return type.cast(value);
    }

    private CheckpointException damaged() {
        return file.problem("its pickle makes no sense at byte " + in.position()
                + "; copy or download it again, or save the state dict alone");
    }
}
