package dev.weft.core.engine;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.link.Assurance;
import dev.weft.core.link.Security;
import dev.weft.core.seal.Sealer;
import dev.weft.core.topology.Edition;
import dev.weft.core.topology.Signatory;
import dev.weft.core.wire.Hello;
import dev.weft.core.wire.VersionRange;
import java.util.List;
import java.util.Optional;

/** What an engine and those who call it are made of, in tests that play the other end by hand. */
final class Caller {
    /** The engine's own. */
    static final ByteView OWN_KEY = key(1);

    private Caller() {}

    static Engine.Self self() {
        return new Engine.Self(
                "demo",
                idOf(OWN_KEY),
                7,
                1,
                "us",
                ByteView.of(new byte[16]),
                List.of(Locator.parse("tcp/10.0.0.1:7400")),
                0);
    }

    /** The machines of an engine whose mesh has neither keys nor signatures. */
    static Machines machines(Engine.Output out) {
        return new Machines(
                EngineConfig.DEFAULT,
                self(),
                Security.OPEN,
                Sealer.NONE,
                Signatory.NONE,
                new Prng(1),
                Edition::read,
                out);
    }

    static ByteView key(int number) {
        byte[] bytes = new byte[Assurance.KEY_HASH_BYTES];
        bytes[0] = (byte) number;
        bytes[1] = (byte) (number >> 8);
        return ByteView.of(bytes);
    }

    static NodeId idOf(ByteView key) {
        return NodeId.fromDigest(key.toByteArray());
    }

    static ByteView hello(ByteView key) {
        return new Hello(
                        VersionRange.OURS,
                        "demo",
                        idOf(key),
                        99,
                        1,
                        "them",
                        ByteView.of(new byte[16]),
                        0,
                        List.of(),
                        Optional.empty(),
                        1,
                        1_000,
                        1 << 20,
                        ByteView.of(new byte[Hello.NONCE_BYTES]))
                .encode();
    }
}
