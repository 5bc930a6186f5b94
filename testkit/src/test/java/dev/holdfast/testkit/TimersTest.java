package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TimersTest {
    private final Timers timers = new Timers();

    @Test
    void givesTheEarliestAndKeepsTheOrderOfEqualsWhileOthersLeave() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            List<Strand> model = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                Strand strand = strand(i);
                timers.add(strand, random.nextInt(10));
                model.add(strand);
                if (random.nextInt(3) == 0) {
                    Strand leaves = model.remove(random.nextInt(model.size()));
                    assertThat(timers.remove(leaves)).isTrue();
                    assertThat(timers.remove(leaves)).isFalse();
                }
            }
            assertThat(timers.all()).containsExactlyInAnyOrderElementsOf(model);
            model.sort(Comparator.comparingLong((Strand strand) -> strand.due).thenComparingLong(strand -> strand.id));
            assertThat(drain()).containsExactlyElementsOf(model);
        }
    }

    private List<Strand> drain() {
        List<Strand> drained = new ArrayList<>();
        for (Strand first = timers.first(); first != null; first = timers.first()) {
            timers.remove(first);
            drained.add(first);
        }
        return drained;
    }

    private static Strand strand(long id) {
        Failures failures = new Failures();
        Agenda agenda = new Agenda(Ready.inOrder(), new Trace(false), java.time.Duration.ofDays(1));
        return Strand.of(new Lockstep(agenda, failures), id, "strand-" + id, () -> {});
    }
}
