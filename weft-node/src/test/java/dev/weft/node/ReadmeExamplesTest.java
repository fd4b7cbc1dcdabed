package dev.weft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Endpoint;
import dev.weft.Mesh;
import dev.weft.MeshConfig;
import dev.weft.Message;
import dev.weft.SocketKind;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README and the Javadoc of the API show is Java that compiles, and does what it shows. */
@Timeout(300)
class ReadmeExamplesTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern FENCED = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern IN_JAVADOC =
            Pattern.compile("<pre>\\{@code\\n(.*?)\\n\\s*\\* }</pre>", Pattern.DOTALL);

    @TempDir
    Path directory;

    /** A piece of Java and where it stands. */
    record Example(String place, String code) {
        @Override
        public String toString() {
            return place;
        }
    }

    static List<Example> examples() throws IOException {
        List<Example> examples = new ArrayList<>(readmeExamples());
        try (Stream<Path> sources = Files.walk(PROJECT.resolve("weft-api/src/main/java"))) {
            for (Path source : sources.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList()) {
                Matcher matcher = IN_JAVADOC.matcher(Files.readString(source));
                while (matcher.find()) {
                    examples.add(new Example(
                            source.getFileName().toString(), matcher.group(1).replaceAll("(?m)^\\s*\\* ?", "")));
                }
            }
        }
        return examples;
    }

    private static List<Example> readmeExamples() throws IOException {
        List<Example> examples = new ArrayList<>();
        Matcher matcher = FENCED.matcher(Files.readString(PROJECT.resolve("README.md")));
        while (matcher.find()) {
            examples.add(new Example("README.md, example " + (examples.size() + 1), matcher.group(1)));
        }
        return examples;
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleCompilesAsItStands(Example example) {
        assertThat(compile(example.code())).as(example.code()).isEmpty();
    }

    @Test
    void theReadmeAndTheJavadocHaveExamples() throws IOException {
        assertThat(examples()).extracting(Example::place).contains("README.md, example 1", "Mesh.java");
    }

    @Test
    void aBrokenExampleIsNoticed() {
        assertThat(compile("Mesh mesh = Mesh.join(42);")).contains("no suitable method found for join(int)");
    }

    @Test
    void theReadmesFirstExampleSendsToBobWhatBobReceives() throws Exception {
        // As it stands it joins a mesh of this host, and who runs these tests may have one of that name.
        String code = readmeExamples().get(0).code().replace("Mesh.join(", "join.apply(");
        assertThat(compile(code)).isEmpty();
        try (Mesh bob = node("demo", "bob");
                Endpoint inbox = bob.open("inbox", SocketKind.RDM);
                URLClassLoader loader = new URLClassLoader(
                        new URL[] {directory.toUri().toURL()}, getClass().getClassLoader())) {
            loader.loadClass("Example").getMethod("run", Function.class).invoke(null, (Function<String, Mesh>)
                    mesh -> node(mesh, "alice"));
            Message message = inbox.receive(Duration.ofSeconds(20)).orElseThrow();
            assertThat(message.payload()).asString(StandardCharsets.UTF_8).isEqualTo("hello");
        }
    }

    private Mesh node(String mesh, String name) {
        return Mesh.builder(mesh)
                .nodeName(name)
                .ephemeral()
                .stateDirectory(directory.resolve(name))
                .runtimeDirectory(directory.resolve("run"))
                .beacon(MeshConfig.Beacon.NONE)
                .join();
    }

    /** Compiles into the directory; gives what the compiler complains of. */
    private String compile(String statements) {
        String source = """
                import static java.nio.charset.StandardCharsets.UTF_8;
                import dev.weft.*;
                import java.time.Duration;
                import java.util.function.Function;
                public final class Example {
                    public static void run(Function<String, Mesh> join) throws Exception {
                %s
                    }
                }
                """.formatted(statements);
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        List<String> options =
                List.of("-proc:none", "-cp", System.getProperty("java.class.path"), "-d", directory.toString());
        boolean compiled = compiler.getTask(complaints, null, null, options, null, List.of(file))
                .call();
        return compiled ? "" : "does not compile: " + complaints;
    }
}
