package dev.holdfast.benchmarks.wire;

import java.util.Locale;

/** What is looked at in a replayed exchange. */
enum Check {
    DECODED("the reply ends as the recorded one did, and nothing unexpected is thrown"),
    TEXT("the words are the recorded ones, in the message and in its pieces"),
    REASONING("so are the thoughts"),
    CALLS("so are the tool calls: names, ids, arguments, order"),
    USAGE("tokens by price class and the stated cost are what the provider reported"),
    FINISH("the reason to stop is the recorded one in the library's words"),
    ROUND_TRIP("the next request gives back words, calls, thoughts and opaque parts as they came"),
    ERRORS("an error status, or an error within an answer, is reported as a provider's error"),
    CLASSIFIED("its remedies are those of the table of error classes"),
    NO_REPLY("what is no reply to a chat is refused as malformed"),
    CUT_BETWEEN("cut between events by a clean end of the body: an error with what came"),
    CUT_WITHIN("cut within an event by a clean end of the body: an error with what came"),
    CUT_DROPPED("cut anywhere by a dropped connection: an error with what came"),
    CUT_DOCUMENT("a document cut anywhere, cleanly or not: an error"),
    LOOPS("the agent loop makes the recorded calls and ends with the recorded words"),
    OPEN_LOOPS("of a run that was not recorded to its end, the agent loop makes the recorded calls"),
    MUTATED("other line ends, comments, field orders, unknown fields and chunks change nothing"),
    HOSTILE("damaged bytes end in an answer or in an error of the library, in bounded time");

    private final String meaning;

    Check(String meaning) {
        this.meaning = meaning;
    }

    String meaning() {
        return meaning;
    }

    /** As in the names of figures. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
