package dev.holdfast.routing;

import java.util.List;

/** Scorers that come with the library. */
public final class Complexity {
    private Complexity() {}

    /**
     * Rules of thumb on the surface of a request, for a start without data: how long the user's last message is, code,
     * numbers and mathematical signs, questions, words that set conditions (in English), and how many tools and turns
     * come with it. Reads at most the first 8,192 characters; makes no use of earlier messages but for their number.
     *
     * <p><b>What to expect.</b> The weights are set by hand, and nothing was learned. Such signals tell small talk from
     * a page of requirements. They do not tell a short hard question from a short easy one: on public benchmarks, whose
     * questions look alike, surface signals choose hardly better than chance. Measure on your own traffic before you
     * rely on what it saves.
     *
     * <p><b>Monotone.</b> More of any signal never lowers the score.
     *
     * @return the scorer
     */
    public static Scorer rules() {
        return call -> {
            SurfaceSignals seen = SurfaceSignals.of(call.request());
            return Score.of(seen.score(), seen); // explained when somebody asks
        };
    }

    /** The kinds of signal, each with how much of it fills its share of the score. The shares add up to 1. */
    enum Kind {
        LENGTH("length", 2_000, 0.25),
        CODE("code", 12, 0.20),
        MATHS("maths", 24, 0.15),
        QUESTIONS("questions", 4, 0.10),
        CONSTRAINTS("constraints", 5, 0.15),
        TOOLS("tools", 12, 0.10),
        TURNS("turns", 12, 0.05);

        static final List<Kind> ALL = List.of(values());

        final String label;
        private final double full;
        private final double weight;
        private final double perOne;

        Kind(String label, double full, double weight) {
            this.label = label;
            this.full = full;
            this.weight = weight;
            this.perOne = weight / full;
        }

        double share(int amount) {
            return amount >= full ? weight : amount * perOne;
        }
    }
}
