package dev.holdfast.runtime;

import java.util.List;
import org.slf4j.Logger;

/** Keeps the rules: it stands where the system may be asked, and names no third party. */
public final class RuntimeFixture {
    public long now() {
        return System.nanoTime();
    }

    public List<String[]> names(Logger logger, int count) {
        return List.of();
    }
}
