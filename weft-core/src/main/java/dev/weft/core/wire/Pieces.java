package dev.weft.core.wire;

import dev.weft.core.base.ByteView;
import java.util.AbstractList;
import java.util.List;
import java.util.Objects;

/**
 * One message in the pieces in which it came. As a list it has that message alone, which is put together whenever it is
 * asked for: by the thread that takes it, once, rather than by the one that all messages of a node come through.
 */
public final class Pieces extends AbstractList<ByteView> {
    private final List<ByteView> pieces;
    private final int bytes;

    /** @param pieces in their order; nobody changes the list any more */
    public Pieces(List<ByteView> pieces) {
        this.pieces = pieces;
        int together = 0;
        for (ByteView piece : pieces) {
            together += piece.length();
        }
        this.bytes = together;
    }

    /** How many bytes the message has. */
    int bytes() {
        return bytes;
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public ByteView get(int index) {
        Objects.checkIndex(index, 1);
        byte[] whole = new byte[bytes];
        int at = 0;
        for (ByteView piece : pieces) {
            piece.copyTo(whole, at);
            at += piece.length();
        }
        return ByteView.of(whole);
    }
}
