package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Locator;
import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HelloTest extends FrameContract<Hello> {
    private static final Hello HELLO = new Hello(
            new VersionRange(1, 2),
            "demo",
            NodeId.parse("0a1b2c3d-4e5f-8607-9081-92a3b4c5d6e7"),
            0xfedcba9876543210L,
            7,
            "atlas",
            ByteView.of(HexFormat.of().parseHex("101112131415161718191a1b1c1d1e1f")),
            5,
            List.of(Locator.parse("tcp/10.0.0.7:7400"), Locator.parse("unix//run/weft/a.sock")),
            Optional.of(Locator.parse("tcp/10.0.0.9:51000")),
            3,
            1_000,
            1 << 20,
            ByteView.of(HexFormat.of().parseHex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf")));

    @Override
    Hello golden() {
        return HELLO;
    }

    @Override
    Hello decode(WireReader in) throws MalformedFrame {
        return Hello.decode(in);
    }

    @Test
    void anotherMagicIsNotWeft() {
        WireWriter alien = new WireWriter();
        new ProtoWriter(alien).number(1, Hello.MAGIC + 1).number(2, 1);
        assertThatThrownBy(() -> Hello.decode(new WireReader(alien.view())))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("not Weft");
    }

    @Test
    void absentObservedLocatorStaysAbsent() throws MalformedFrame {
        Hello hello = with(List.of(), Optional.empty());
        WireReader in = new WireReader(hello.encode());
        in.u8("type");
        assertThat(Hello.decode(in)).isEqualTo(hello);
    }

    @Test
    void locatorsBeyondTheLimitAreRefusedOnBothSides() {
        List<Locator> many = Collections.nCopies(Hello.LOCATORS_MAX + 1, Locator.parse("tcp/a:1"));
        assertThatThrownBy(() -> with(many, Optional.empty())).isInstanceOf(IllegalArgumentException.class);
        WireWriter body = new WireWriter();
        ProtoWriter proto = new ProtoWriter(body).number(1, Hello.MAGIC);
        many.forEach(locator -> proto.element(11, ByteView.utf8(locator.toString())));
        assertThatThrownBy(() -> Hello.decode(new WireReader(body.view())))
                .isInstanceOf(MalformedFrame.class)
                .hasMessageContaining("more than 32");
    }

    @Test
    void meshNamesAreOfFewCharacters() {
        Hello.checkMesh("Demo-1.test_x");
        for (String wrong : new String[] {"", "a b", "a/b", "\u00e9", "x".repeat(65)}) {
            assertThatThrownBy(() -> Hello.checkMesh(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void highestCommonVersionIsChosen() {
        assertThat(new VersionRange(1, 4).highestCommon(new VersionRange(2, 9))).hasValue(4);
        assertThat(new VersionRange(2, 9).highestCommon(new VersionRange(1, 4))).hasValue(4);
        assertThat(new VersionRange(1, 2).highestCommon(new VersionRange(3, 4))).isEmpty();
    }

    private static Hello with(List<Locator> locators, Optional<Locator> observed) {
        return new Hello(
                HELLO.versions(),
                HELLO.mesh(),
                HELLO.node(),
                HELLO.instance(),
                HELLO.incarnation(),
                HELLO.name(),
                HELLO.hostId(),
                HELLO.capabilities(),
                locators,
                observed,
                HELLO.dialNumber(),
                HELLO.heartbeatMillis(),
                HELLO.frameBytesMax(),
                HELLO.nonce());
    }
}
