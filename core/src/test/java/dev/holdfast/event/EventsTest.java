package dev.holdfast.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventsTest {
    private static final Event EVENT =
            new CoreEvent.CallStarted(CallContext.of(Caller.of("acme", "ann")), Instant.EPOCH);

    @Test
    void aListenerThatThrowsHarmsNobody() { // K32: a listener's exception killed the call
        List<Event> heard = new ArrayList<>();
        Listener broken = event -> {
            throw new IllegalStateException("a bug");
        };

        Events.to(heard::add, broken, heard::add).emit(EVENT);

        assertThat(heard).containsExactly(EVENT, EVENT);
    }

    @Test
    void anErrorOfAListenerHarmsNobodyEither() {
        List<Event> heard = new ArrayList<>();
        Listener broken = event -> {
            throw new NoClassDefFoundError("of a listener that was packed without its library");
        };

        Events.to(broken, heard::add).emit(EVENT);

        assertThat(heard).containsExactly(EVENT);
    }

    @Test
    void knowsWhetherAnybodyListens() {
        assertThat(Events.none().isHeard()).isFalse();
        assertThat(Events.to(List.of())).isSameAs(Events.none());
        assertThat(Events.to(event -> {}).isHeard()).isTrue();
    }
}
