package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.error.Classification;
import dev.holdfast.error.Remedy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemediesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "retry; RETRY; ''; true",
                "retry; RETRY FALLBACK; ''; false",
                "retry; ''; ''; false",
                "no; ''; ''; true",
                "no; RETRY; ''; false",
                "retry then fallback; RETRY FALLBACK; ''; true",
                "retry then fallback; RETRY; ''; false",
                "escalate+fallback; ESCALATE; ''; false",
                "fallback or retry; FALLBACK; ''; true",
                "fallback or retry; ''; ''; false",
                "no|fallback; ''; ''; true",
                "no|fallback; FALLBACK; ''; true",
                "no|fallback; RETRY; ''; false",
                "retry once with feedback; RETRY_ONCE; ''; true",
                "retry once with feedback; RETRY; ''; false",
                "retry once with feedback; RETRY_ONCE; 'true'; true",
                "retry; ''; 'false'; true",
                "retry; RETRY; 'false'; false",
                "no; RETRY; 'true'; true",
                "shrink; SHRINK; 'true'; true",
                "shrink; SHRINK RETRY; 'true'; false",
            })
    void holdsTheLibraryToTheRow(String wanted, String remedies, String header, boolean right) {
        ErrorTable table = ErrorTable.read(List.of("provider\tstatus\tmatch\tclass", "any\t418\t-\t" + wanted));
        Map<String, String> headers = header.isEmpty() ? Map.of() : Map.of("x-should-retry", header);
        ErrorTable.Verdict verdict = table.classify(new ErrorTable.Failure("p", "openai-chat", 418, headers, "{}"))
                .orElseThrow();
        List<Remedy> allowed = new ArrayList<>();
        for (String remedy : remedies.split(" ", -1)) {
            if (!remedy.isEmpty()) {
                allowed.add(Remedy.valueOf(remedy));
            }
        }
        String problem = Remedies.problem(verdict, Classification.of("made up", allowed));
        assertThat(problem == null).as(problem).isEqualTo(right);
    }
}
