package dev.weft.core.link;

import dev.weft.core.base.ByteView;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.WireWriter;

/**
 * What a proof of the mesh key is made of: everything that two ends must see alike. The speaker's part comes first, so
 * a proof that is sent back to its maker proves nothing; the keys of the connection are in it, so it is worth nothing
 * on any other; both nonces are, so it is worth nothing later. Written out in docs/protocol.md, "Proof of membership".
 */
final class Transcript {
    private static final String LABEL = "weft/1 link proof";

    private Transcript() {}

    /** What the node that said {@code own} signs. */
    static ByteView ofOurs(Assurance assurance, Hello own, Hello theirs, int version) {
        return of(own, assurance.ownKey(), theirs, assurance.peerKey(), version);
    }

    /** What the node that said {@code theirs} must have signed. */
    static ByteView ofTheirs(Assurance assurance, Hello own, Hello theirs, int version) {
        return of(theirs, assurance.peerKey(), own, assurance.ownKey(), version);
    }

    private static ByteView of(Hello speaker, ByteView speakerKey, Hello listener, ByteView listenerKey, int version) {
        WireWriter out = new WireWriter(512);
        out.text(LABEL).text(speaker.mesh());
        part(out, speaker, speakerKey);
        part(out, listener, listenerKey);
        return out.varint(version).view();
    }

    private static void part(WireWriter out, Hello hello, ByteView key) {
        out.lengthDelimited(key).nodeId(hello.node()).u64(hello.instance()).u64(hello.incarnation());
        out.varint(hello.versions().min()).varint(hello.versions().max()).u64(hello.capabilities());
        // 0 where it was dialled, so the roles are covered too.
        out.varint(hello.dialNumber()).bytes(hello.nonce());
    }
}
