package dev.weft.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.core.base.ByteView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The protocol's description has all of it: no frame without its section, diagram, fields and vector. */
class ProtocolDocTest {
    private static final String DOC = GoldenVectors.text("protocol.md");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{2,3} (.*)$");

    /** The text under each heading, up to the next. */
    private static TreeMap<String, String> sections() {
        TreeMap<String, String> sections = new TreeMap<>();
        List<MatchResult> headings = HEADING.matcher(DOC).results().toList();
        for (int i = 0; i < headings.size(); i++) {
            int end = i + 1 < headings.size() ? headings.get(i + 1).start() : DOC.length();
            sections.put(headings.get(i).group(1), DOC.substring(headings.get(i).end(), end));
        }
        return sections;
    }

    private static String section(FrameType type) {
        String name = type.name() + " (" + type.code() + ")";
        String text = sections().get(name);
        assertThat(text).as("docs/protocol.md has a section " + name).isNotNull();
        return text == null ? "" : text;
    }

    @ParameterizedTest
    @EnumSource(FrameType.class)
    void everyFrameHasASectionWithItsLayoutItsFieldsAndAVector(FrameType type) {
        String text = section(type);
        // Of two frames that are laid out alike, one has the diagram.
        if (type == FrameType.SEALED_CONTROL) {
            assertThat(text).contains("those of SEALED");
        } else if (type.scope() == FrameType.Scope.LINK) {
            assertThat(text).contains("| no | field | type | unit, limits |");
        } else {
            assertThat(text).containsPattern("(?m)^```\\R  \\+-+").contains("| field | bytes | unit, limits |");
        }
        assertThat(text).contains("```hex " + type.name() + "\n");
        ByteView vector = GoldenVectors.read(type.name());
        assertThat(vector.at(0) & 0xff).isEqualTo(type.code());
    }

    @Test
    void theTableOfFramesHasEachOfThemAndNoOther() {
        List<String> rows = new ArrayList<>();
        Matcher row = Pattern.compile("(?m)^\\| (\\d+) \\| ([A-Z_]+) \\| (link|route|tree) \\|")
                .matcher(DOC);
        while (row.find()) {
            rows.add(row.group(1) + " " + row.group(2) + " " + row.group(3));
        }
        List<String> expected = new ArrayList<>();
        for (FrameType type : FrameType.values()) {
            String travels = switch (type.scope()) {
                case LINK -> "link";
                case ROUTED -> "route";
                case TREE -> "tree";
            };
            expected.add(type.code() + " " + type.name() + " " + travels);
        }
        assertThat(rows).containsExactlyElementsOf(expected);
    }

    /** The description and the published schema name the same fields of every frame of a link. */
    @ParameterizedTest
    @EnumSource(FrameType.class)
    void theFieldsAreThoseOfTheSchema(FrameType type) {
        if (type.scope() != FrameType.Scope.LINK) {
            return;
        }
        StringBuilder message = new StringBuilder();
        for (String word : type.name().split("_")) {
            message.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        Matcher schema =
                Pattern.compile("(?ms)^message " + message + " \\{(.*?)^\\}").matcher(GoldenVectors.text("weft.proto"));
        assertThat(schema.find()).as("weft.proto has a message " + message).isTrue();
        TreeSet<Integer> expected = numbers("(?m)^  [^/\n]*= (\\d+)[ ;\\[]", schema.group(1));
        String own = section(type).split("\nAn \\*advertisement\\*", 2)[0];
        assertThat(numbers("(?m)^\\| (\\d+) \\|", own.split("\n\\| code \\|", 2)[0]))
                .isEqualTo(expected);
    }

    private static TreeSet<Integer> numbers(String pattern, String text) {
        TreeSet<Integer> numbers = new TreeSet<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            numbers.add(Integer.parseInt(matcher.group(1)));
        }
        return numbers;
    }
}
