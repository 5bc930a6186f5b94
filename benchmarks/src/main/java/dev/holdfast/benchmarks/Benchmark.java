package dev.holdfast.benchmarks;

/** One name of {@code benchmarks/run}. */
public interface Benchmark {

    /**
     * The word on the command line.
     *
     * @return a short lower-case name
     */
    String name();

    /**
     * What it measures.
     *
     * @return one line for the list of names
     */
    String line();

    /**
     * What it takes, what it needs, and where a user gets that.
     *
     * @return the text behind {@code --help}
     */
    String help();

    /**
     * Measures.
     *
     * @param arguments what stood behind the name
     * @param report where figures, goals and text go
     * @throws CannotRun when an input is missing or unusable; the message tells the user what to do
     * @throws Exception whatever else kept it from running
     */
    void run(Arguments arguments, Report report) throws Exception;
}
