package dev.holdfast.budget;

import com.knuddels.jtokkit.api.Encoding;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Counts text of the o200k vocabulary by the pieces that its pattern splits a text into (words with the space before
 * them, up to three digits, punctuation, white space), no token of which reaches into the next: the count of a text is
 * the sum of its pieces'. Most pieces have been seen before, so few go through the encoding
 * and its regular expression.
 *
 * <p>Splits ASCII alone, where letters are upper or lower case and nothing else; any other text goes to the encoding as
 * a whole. The pattern is that of {@code o200k_base} in OpenAI's tiktoken.
 */
final class Pieces {
    private static final int MASK = (1 << 13) - 1;
    private static final int LONGEST = 32; // longer ones are seldom seen twice, and fill the memory

    private static final long NOT_SPLIT = -1;

    /** Spreads a number over the slots: 2^64 by the golden ratio (Knuth, The Art of Computer Programming 3, 6.4). */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private static final long EACH_BYTE = 0x0101010101010101L;
    private static final long TOP_BITS = 0x8080808080808080L;

    private static final int SLOT_SHIFT = Long.SIZE - Integer.bitCount(MASK);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final byte OTHER = 0; // control characters, which are left to the encoding
    private static final byte LOWER = 1;
    private static final byte UPPER = 2;
    private static final byte DIGIT = 3;
    private static final byte BLANK = 4;
    private static final byte NEWLINE = 5;
    private static final byte MARK = 6;
    private static final byte[] KINDS = new byte[128];

    static {
        for (char c = '!'; c <= '~'; c++) {
            KINDS[c] =
                    c >= 'a' && c <= 'z' ? LOWER : c >= 'A' && c <= 'Z' ? UPPER : c >= '0' && c <= '9' ? DIGIT : MARK;
        }
        KINDS[' '] = BLANK;
        KINDS['\t'] = BLANK;
        KINDS['\r'] = NEWLINE;
        KINDS['\n'] = NEWLINE;
    }

    private final Encoding encoding;

    /** Each piece at the slot of its hash; a newer one takes the place. */
    private final AtomicReferenceArray<@Nullable Piece> known = new AtomicReferenceArray<>(MASK + 1);

    /** The same for pieces of up to eight characters, which are most of them, and fit into a number. */
    private final AtomicReferenceArray<@Nullable ShortPiece> knownShort = new AtomicReferenceArray<>(MASK + 1);

    private static final class ShortPiece {
        private final long text;
        private final int tokens;

        ShortPiece(long text, int tokens) {
            this.text = text;
            this.tokens = tokens;
        }
    }

    private static final class Piece {
        private final byte[] text;
        private final int tokens;

        Piece(byte[] text, int tokens) {
            this.text = text;
            this.tokens = tokens;
        }
    }

    Pieces(Encoding encoding) {
        this.encoding = encoding;
    }

    /** How many tokens a text has, exactly. */
    long count(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        long sum = bytes.length == text.length() ? sumOfPieces(bytes) : NOT_SPLIT; // as many only where all is ASCII
        return sum == NOT_SPLIT ? encoding.countTokensOrdinary(text) : sum;
    }

    private long sumOfPieces(byte[] text) {
        long sum = 0;
        int from = 0;
        while (from < text.length) {
            if (KINDS[text[from]] == OTHER) {
                return NOT_SPLIT;
            }
            int to = pieceEnd(text, from);
            sum += tokens(text, from, to);
            from = to;
        }
        return sum;
    }

    private int tokens(byte[] text, int from, int to) {
        if (to - from == 1) {
            return 1; // every byte is a token
        }
        if (to - from <= Long.BYTES) {
            return tokensOfShort(text, from, to);
        }
        if (to - from > LONGEST) {
            return encoding.countTokensOrdinary(string(text, from, to));
        }
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + text[i];
        }
        int slot = (hash ^ (hash >>> 15)) & MASK;
        Piece piece = known.getPlain(slot);
        if (piece == null || !Arrays.equals(piece.text, 0, piece.text.length, text, from, to)) {
            piece = new Piece(Arrays.copyOfRange(text, from, to), encoding.countTokensOrdinary(string(text, from, to)));
            known.setPlain(slot, piece); // its fields are final: it is whole for whoever sees it
        }
        return piece.tokens;
    }

    private int tokensOfShort(byte[] text, int from, int to) {
        long packed = packed(text, from, to);
        int slot = (int) ((packed * GOLDEN) >>> SLOT_SHIFT);
        ShortPiece piece = knownShort.getPlain(slot);
        if (piece == null || piece.text != packed) {
            piece = new ShortPiece(packed, encoding.countTokensOrdinary(string(text, from, to)));
            knownShort.setPlain(slot, piece);
        }
        return piece.tokens;
    }

    /** The characters in one number; none of them is 0, so texts of different lengths differ. */
    private static long packed(byte[] text, int from, int to) {
        if (from + Long.BYTES <= text.length) {
            return (long) LONGS.get(text, from) & (-1L >>> (Long.SIZE - Byte.SIZE * (to - from)));
        }
        long packed = 0;
        for (int i = to - 1; i >= from; i--) {
            packed = packed << Byte.SIZE | text[i];
        }
        return packed;
    }

    private static String string(byte[] text, int from, int to) {
        return new String(text, from, to - from, StandardCharsets.US_ASCII);
    }

    /** Where the piece that begins at an index ends. */
    private static int pieceEnd(byte[] text, int from) {
        byte kind = kind(text, from);
        byte next = kind(text, from + 1);
        if (isLetter(kind)) {
            return wordEnd(text, from);
        }
        if (kind == DIGIT) {
            return next == DIGIT ? from + (kind(text, from + 2) == DIGIT ? 3 : 2) : from + 1;
        }
        if (kind != NEWLINE && isLetter(next)) { // one blank or mark belongs to the word after it
            return wordEnd(text, from + 1);
        }
        if (kind == MARK || (text[from] == ' ' && next == MARK)) {
            return marksEnd(text, from + 1);
        }
        return whiteEnd(text, from);
    }

    /** Capitals, then small letters, then a contraction. */
    private static int wordEnd(byte[] text, int from) {
        int at = from;
        while (kind(text, at) == UPPER) {
            at++;
        }
        at = lowerEnd(text, at);
        return at < text.length && text[at] == '\'' ? contractionEnd(text, at) : at;
    }

    /** Eight characters at once: all are ASCII, so a sum with one of them stays within its byte. */
    private static int lowerEnd(byte[] text, int from) {
        int at = from;
        while (at + Long.BYTES <= text.length) {
            long eight = (long) LONGS.get(text, at);
            long above = eight + (0x7f - 'z') * EACH_BYTE;
            long atLeast = eight + (0x80 - 'a') * EACH_BYTE;
            long others = (above | ~atLeast) & TOP_BITS;
            if (others != 0) {
                return at + Long.numberOfTrailingZeros(others) / Byte.SIZE;
            }
            at += Long.BYTES;
        }
        while (kind(text, at) == LOWER) {
            at++;
        }
        return at;
    }

    private static int contractionEnd(byte[] text, int quote) {
        char first = small(text, quote + 1);
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return quote + 2;
        }
        char second = small(text, quote + 2);
        boolean two =
                (first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l');
        return two ? quote + 3 : quote;
    }

    private static int marksEnd(byte[] text, int from) {
        int at = from;
        while (kind(text, at) == MARK) {
            at++;
        }
        while (kind(text, at) == NEWLINE || (at < text.length && text[at] == '/')) {
            at++;
        }
        return at;
    }

    /** Up to the last line break; without one, all but the last blank, which belongs to what comes after it. */
    private static int whiteEnd(byte[] text, int from) {
        int at = from;
        int afterBreak = -1;
        while (kind(text, at) == BLANK || kind(text, at) == NEWLINE) {
            at++;
            if (kind(text, at - 1) == NEWLINE) {
                afterBreak = at;
            }
        }
        if (afterBreak >= 0) {
            return afterBreak;
        }
        return at == text.length || at - from == 1 ? at : at - 1;
    }

    private static boolean isLetter(byte kind) {
        return kind == LOWER || kind == UPPER;
    }

    private static byte kind(byte[] text, int at) {
        return at < text.length ? KINDS[text[at]] : OTHER;
    }

    private static char small(byte[] text, int at) {
        return at < text.length ? (char) (text[at] | 0x20) : 0;
    }
}
