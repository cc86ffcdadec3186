package org.sekkei.tasks.style;

/// Is told how far a picture is, on the thread that makes it.
public interface StyleListener {
    /// @param width of the picture at this size, in pixels
    /// @param height of the picture at this size, in pixels
    /// @param iteration how many are done at this size
    /// @param iterations at this size
    /// @param loss before the iteration
    /// @param share of all work that is done, in 0..1
    record Progress(int width, int height, int iteration, int iterations, double loss, double share) {}

    /// A size begins, or goes on.
    void size(int width, int height, MemoryPlan plan);

    /// The memory did not suffice for what was planned; the size begins again where it was, as `next` says.
    void tooLittleMemory(MemoryPlan failed, MemoryPlan next);

    /// An iteration is done.
    void iteration(Progress progress);
}
