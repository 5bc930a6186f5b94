package dev.holdfast.internal.json;

import org.jspecify.annotations.Nullable;

/** A place in a JSON text. Becomes a text only when there is a mistake to tell. */
final class Place {
    static final Place ROOT = new Place(null, "$");

    private final @Nullable Place parent;
    private final String step;

    private Place(@Nullable Place parent, String step) {
        this.parent = parent;
        this.step = step;
    }

    Place property(String name) {
        return new Place(this, "." + name);
    }

    Place element(int index) {
        return new Place(this, "[" + index + "]");
    }

    @Override
    public String toString() {
        return parent == null ? step : parent + step;
    }
}
