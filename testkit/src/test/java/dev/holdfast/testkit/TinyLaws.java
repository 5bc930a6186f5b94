package dev.holdfast.testkit;

import dev.holdfast.chat.ChatModel;
import dev.holdfast.testkit.TinyModel.Bug;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** The laws of the tiny provider, with the bugs that it is told to have. */
class TinyLaws extends ProviderLaws {
    private final WireFormat format;
    private final Duration patience;
    private final Set<Bug> bugs;

    TinyLaws(WireFormat format, Duration patience, Set<Bug> bugs) {
        this.format = format;
        this.patience = patience;
        this.bugs = bugs;
    }

    @Override
    protected WireFormat format() {
        return format;
    }

    @Override
    protected ChatModel model(URI baseUrl) {
        return new TinyModel(baseUrl, format, KEY, patience, bugs);
    }

    @Override
    protected Optional<ChatModel> impatientModel(URI baseUrl, Duration silence) {
        return Optional.of(new TinyModel(baseUrl, format, KEY, silence, bugs));
    }

    @Override
    protected int longestLine() {
        return 1 << 20;
    }

    @Override
    Duration bound() {
        return bugs.isEmpty() ? super.bound() : Duration.ofMillis(300); // the time for which a bug is watched
    }
}
