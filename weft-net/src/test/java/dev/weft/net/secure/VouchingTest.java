package dev.weft.net.secure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.core.base.ByteView;
import dev.weft.core.wire.WireWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** By what a member knows its sender from the other members. */
class VouchingTest {
    private static final NodeId BOB = NodeId.parse("22222222-2222-8222-9222-222222222222");
    private static final NodeId CAROL = NodeId.parse("33333333-3333-8333-9333-333333333333");
    private static final ByteView MASTER = ByteView.utf8("twenty-eight bytes of master");
    private static final ByteView ASSOCIATED = ByteView.utf8("associated");
    private static final ByteView SEALED = ByteView.utf8("encrypted, with a tag behind it");

    private final Vouching vouching = new Vouching();

    @Test
    void keyHashAndTagAreThoseOfTheDescription() throws IOException {
        ByteView own = vouching.memberKey(MASTER, BOB);
        ByteView digest = vouching.digest(ASSOCIATED, SEALED);
        ByteView all = new WireWriter()
                .bytes(own)
                .bytes(digest)
                .u64(vouching.tag(own, digest))
                .view();
        assertThat(all).isEqualTo(vectorOfTheDocs());
    }

    private static ByteView vectorOfTheDocs() throws IOException {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/protocol.md"))) {
            folder = folder.getParent();
        }
        String text = Files.readString(folder.resolve("docs/protocol.md"));
        String begin = "```bytes GROUP_TAG";
        String block = text.substring(text.indexOf(begin) + begin.length());
        String hex = block.substring(0, block.indexOf("```")).replaceAll("\\s", "");
        return ByteView.of(HexFormat.of().parseHex(hex));
    }

    @Test
    void eachMemberOfEachSecretHasAnotherKey() {
        ByteView other = ByteView.utf8("another set of 28 bytes here");
        assertThat(vouching.memberKey(MASTER, BOB))
                .isEqualTo(vouching.memberKey(MASTER, BOB))
                .isNotEqualTo(vouching.memberKey(MASTER, CAROL))
                .isNotEqualTo(vouching.memberKey(other, BOB));
    }

    @Test
    void theTagIsAnotherForEachByteThatIsAltered() {
        ByteView own = vouching.memberKey(MASTER, BOB);
        TreeSet<Long> tags = new TreeSet<>();
        tags.add(vouching.tag(own, vouching.digest(ASSOCIATED, SEALED)));
        for (int i = 0; i < SEALED.length(); i++) {
            byte[] altered = SEALED.toByteArray();
            altered[i] ^= 1;
            tags.add(vouching.tag(own, vouching.digest(ASSOCIATED, ByteView.of(altered))));
        }
        assertThat(tags).hasSize(SEALED.length() + 1);
    }

    @Test
    void whatIsAuthenticatedCannotBeTakenForWhatIsEncrypted() {
        assertThat(vouching.digest(ByteView.utf8("ab"), ByteView.utf8("c")))
                .isNotEqualTo(vouching.digest(ByteView.utf8("a"), ByteView.utf8("bc")));
    }
}
