package dev.holdfast.examples;

import java.io.PrintStream;

/** Prints words as they come and lines between them, without mixing the two. */
final class Console {
    private final PrintStream out;
    private boolean withinLine;

    Console(PrintStream out) {
        this.out = out;
    }

    void words(String text) {
        out.print(text);
        out.flush();
        withinLine = !text.isEmpty() && !text.endsWith("\n");
    }

    void line(String text) {
        if (withinLine) {
            out.println();
        }
        out.println(text);
        withinLine = false;
    }
}
