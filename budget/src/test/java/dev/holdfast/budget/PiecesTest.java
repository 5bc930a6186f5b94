package dev.holdfast.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The encoding itself is the oracle: a text has as many tokens by its pieces as as a whole. */
class PiecesTest {
    private static final Encoding ENCODING = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);

    private final Pieces pieces = new Pieces(ENCODING);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Where is order 1234, and when will it arrive?",
                "it's, IT'S, we'Ll, they've, I'm, o'clock, rock'n'roll, 'quoted', x'",
                "HTTPServer helloWorld URLs CamelCASE aB Ab AB",
                "1 12 123 1234 12345 3.14 1,000,000 a1b2",
                "a  b   c\td\t\te \t f",
                "line\nline\r\nline\n\n\nline \n \n  indented",
                "trailing blanks   ",
                "trailing break \n",
                "https://example.com/a/b?c=d&e=f#g //",
                "{\"name\": \"x\", \"values\": [1, 2, {}]}",
                "for (int i = 0; i < n; i++) {\n    sum += a[i];\n}\n",
                "....com ..\n/\n/ !\t? \t! ' \"",
                "<|endoftext|>",
                "caf\u00e9, na\u00efve \u2014 and \u4f60\u597d",
                "bell\u0007 and nul\u0000"
            })
    void countsLikeTheEncoding(String text) {
        assertThat(pieces.count(text)).isEqualTo(ENCODING.countTokensOrdinary(text));
    }

    @Test
    void countsAnythingThatIsMadeOfAsciiLikeTheEncoding() {
        String common = " \n\r\t'/.,!{}\"<>-_aeistrvmdlnAEISTRVMDLN0123456789";
        Random random = new Random(20_240_513);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = 1 + random.nextInt(24);
            for (int c = 0; c < length; c++) {
                boolean any = random.nextInt(8) == 0;
                text.append(any ? (char) random.nextInt(128) : common.charAt(random.nextInt(common.length())));
            }
            assertThat(pieces.count(text.toString()))
                    .as("%s", text)
                    .isEqualTo(ENCODING.countTokensOrdinary(text.toString()));
        }
    }

    @Test
    void countsWhatDoesNotFitIntoTheMemory() {
        String word = "pneumonoultramicroscopicsilicovolcanoconiosis";
        assertThat(pieces.count(word.repeat(3))).isEqualTo(ENCODING.countTokensOrdinary(word.repeat(3)));
        for (int i = 0; i < 20_000; i++) { // more words than there are places
            String text = "w" + Integer.toString(i, 36).replaceAll("[0-9]", "q");
            assertThat(pieces.count(text)).isEqualTo(ENCODING.countTokensOrdinary(text));
        }
    }
}
