package dev.weft.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every law holds in every module of the product. Nothing is exempted. */
class HouseTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.weft");

    @TestFactory
    Stream<DynamicTest> theLawHolds() {
        return new Laws("dev.weft")
                .all().stream().map(law -> dynamicTest(law.getDescription(), () -> law.check(PRODUCT)));
    }

    @Test
    void coreAndSimHaveNoFloatingPointAndNoLockInTheirSources() {
        for (String module : List.of("weft-core", "weft-sim")) {
            assertThat(SourceScan.offences(PROJECT.resolve(module).resolve("src/main/java")))
                    .as(module)
                    .isEmpty();
        }
    }

    /** What compares secrets, or what only who has a secret can make, does not tell by its time how much was right. */
    @Test
    void secretsAreComparedInConstantTime() {
        for (String holder : List.of("dev.weft.MeshKey", "dev.weft.net.secure.MeshProver")) {
            List<String> comparisons = PRODUCT.get(holder).getMethodCallsFromSelf().stream()
                    .map(call -> call.getTarget().getOwner().getSimpleName() + "."
                            + call.getTarget().getName())
                    .filter(name -> List.of(
                                    "MessageDigest.isEqual",
                                    "Arrays.equals",
                                    "Arrays.mismatch",
                                    "Arrays.compare",
                                    "ByteView.equals",
                                    "String.equals",
                                    "Object.equals",
                                    "List.contains",
                                    "List.equals")
                            .contains(name))
                    .distinct()
                    .toList();
            assertThat(comparisons).as(holder).containsExactly("MessageDigest.isEqual");
        }
        // Keys made of others are only ever used, not compared.
        assertThat(PRODUCT.get("dev.weft.net.secure.SubKey").getMethodCallsFromSelf())
                .noneMatch(call -> call.getTarget().getName().equals("equals")
                        && call.getTarget().getOwner().getSimpleName().equals("Arrays"));
    }

    @Test
    void everyModuleIsLookedAt() throws IOException {
        String own = Files.readString(Path.of("pom.xml"));
        String parent = Files.readString(PROJECT.resolve("pom.xml"));
        List<String> modules = parent.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("<module>"))
                .map(line -> line.replaceAll("</?module>", ""))
                .filter(module -> !module.equals("weft-rules"))
                .filter(module -> Files.isDirectory(PROJECT.resolve(module).resolve("src/main/java")))
                .toList();
        assertThat(modules).contains("weft-api", "weft-core");
        for (String module : modules) {
            assertThat(own)
                    .as("weft-rules/pom.xml has to depend on " + module)
                    .contains("<artifactId>" + module + "</artifactId>");
        }
    }

    @Test
    void theDrawingOfTheHouseHasEveryModule() throws IOException {
        String page = Files.readString(PROJECT.resolve("docs").resolve("architecture.md"));
        String drawing = page.split("```")[1];
        assertThat(drawing).contains("weft-api");
        for (String line : Files.readAllLines(PROJECT.resolve("pom.xml"))) {
            if (line.strip().startsWith("<module>")) {
                assertThat(drawing).contains(line.strip().replaceAll("</?module>", ""));
            }
        }
    }

    @Test
    void theScanSeesTheCode() {
        assertThat(PRODUCT.contain("dev.weft.NodeId")).isTrue();
        assertThat(PRODUCT.contain("dev.weft.core.base.Prng")).isTrue();
        assertThat(PRODUCT.contain("dev.weft.rules.Laws")).isFalse();
    }
}
