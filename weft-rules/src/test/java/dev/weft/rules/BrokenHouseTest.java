package dev.weft.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each law can fail: the tree under {@code broken} breaks all of them, each ban at least once. */
class BrokenHouseTest {
    private static final String ROOT = "dev.weft.rules.broken";
    private static final JavaClasses OFFENDERS = new ClassFileImporter().importPackages(ROOT);
    private static final Laws LAWS = new Laws(ROOT);

    @Test
    void arrowAgainstTheHouseIsFound() {
        assertThat(offences(LAWS.moduleArrows()))
                .anyMatch(o -> o.startsWith("api -> core"))
                .anyMatch(o -> o.startsWith("net -> node"))
                .anyMatch(o -> o.startsWith("sim -> net"))
                .anyMatch(o -> o.startsWith("core -> sim"))
                .anyMatch(o -> o.contains("the module stranger"))
                .noneMatch(o -> o.startsWith("node -> net"));
    }

    @Test
    void libraryInTheCoreIsFound() {
        assertThat(offences(LAWS.jdkOnly())).anyMatch(o -> o.contains("io.netty.util.AsciiString"));
    }

    @Test
    void nettyOutsideOfNetIsFound() {
        assertThat(offences(LAWS.onlyNetUsesNetty()))
                .anyMatch(o -> o.contains(ROOT + ".node.Nettier"))
                .anyMatch(o -> o.contains(ROOT + ".Early"))
                .noneMatch(o -> o.contains("<" + ROOT + ".net.Upward.up("));
    }

    @Test
    void importOfALaterPackageAndAPackageWithoutAPlaceAreFound() {
        assertThat(offences(LAWS.coreOrder()))
                .anyMatch(o -> o.contains(ROOT + ".core.base.Reaching"))
                .anyMatch(o -> o.contains(ROOT + ".core.oddity.Stray"))
                .noneMatch(o -> o.startsWith("Class <" + ROOT + ".core.engine.Late"));
    }

    @Test
    void cycleOfPackagesIsFound() {
        assertThat(offences(LAWS.noPackageCycle())).anyMatch(o -> o.contains("core.base") && o.contains("core.engine"));
    }

    @Test
    void unrepeatableTypesAreFound() {
        List<String> offences = offences(LAWS.noUnrepeatableType());
        for (String type : List.of(
                "java.lang.Thread",
                "java.util.concurrent.TimeUnit",
                "java.util.Random",
                "java.util.HashMap",
                "java.util.HashSet",
                "java.lang.System$Logger",
                "java.net.URI",
                "java.io.File",
                "java.nio.file.Path")) {
            assertThat(offences).as(type).anyMatch(o -> o.contains("<" + type));
        }
        assertThat(offences).noneMatch(o -> o.contains("LinkedHashMap"));
    }

    @Test
    void whatReadsObjectsOrCanBeGuessedIsFound() {
        assertThat(offences(LAWS.nothingDangerous()))
                .anyMatch(o -> o.contains("java.io.ObjectInputStream"))
                .anyMatch(o -> o.contains("java.util.Random"));
    }

    @Test
    void unrepeatableCallsAreFound() {
        List<String> offences = offences(LAWS.noUnrepeatableCall());
        for (String call : List.of(
                "java.util.Set.of(",
                "java.util.Map.of(",
                "java.util.Set.copyOf(",
                "java.util.Map.copyOf(",
                "Collectors.toSet(",
                "Collectors.groupingBy(",
                "UUID.randomUUID(",
                "System.nanoTime(",
                "System.currentTimeMillis(",
                "System.identityHashCode(",
                "System.out",
                "Instant.now(",
                "Math.random(",
                "parallelStream(",
                "Object.hashCode(",
                "TimeUnit.hashCode(")) {
            assertThat(offences).as(call).anyMatch(o -> o.contains(call));
        }
        assertThat(offences).noneMatch(o -> o.contains("Offender.hashCode()"));
    }

    @Test
    void volatileAndSynchronizedAreFound() {
        assertThat(offences(LAWS.noSharedState()))
                .anyMatch(o -> o.contains("Offender.flag"))
                .anyMatch(o -> o.contains("Offender.locked"));
    }

    @Test
    void floatingPointIsFoundInSignaturesFieldsAndCalls() {
        assertThat(offences(LAWS.noFloatingPoint()))
                .anyMatch(o -> o.contains("Offender.ratio"))
                .anyMatch(o -> o.contains("Offender.half"))
                .anyMatch(o -> o.contains("Math.sqrt"));
    }

    @Test
    void floatingPointAndLocksAreFoundInSources() {
        List<String> offences = SourceScan.offences(Path.of("src/test/java/dev/weft/rules/broken/core"));
        assertThat(offences)
                .anyMatch(o -> o.endsWith(": double"))
                .anyMatch(o -> o.endsWith(": 0.5"))
                .anyMatch(o -> o.endsWith(": 1e6"))
                .anyMatch(o -> o.endsWith(": 3d"))
                .noneMatch(o -> o.contains(": 0x") || o.endsWith(": 1e5"))
                .anyMatch(o -> o.endsWith(": synchronized"))
                .noneMatch(o -> o.endsWith(": 7.25"));
    }

    @Test
    void changingStaticIsFound() {
        assertThat(offences(LAWS.noChangingStatic()))
                .anyMatch(o -> o.contains("Offender.count"))
                .anyMatch(o -> o.contains("Offender.KEPT"))
                .noneMatch(o -> o.contains("Offender.LIMIT"));
    }

    @Test
    void vagueAndBeanNamesAreFound() {
        assertThat(offences(LAWS.plainNames()))
                .anyMatch(o -> o.contains("FrameManager is a vague name"))
                .anyMatch(o -> o.contains("getFrame"));
    }

    @Test
    void packageWithoutNullMarkIsFound() {
        assertThat(offences(LAWS.nullMarked())).anyMatch(o -> o.contains(ROOT + ".node has no @NullMarked"));
    }

    @Test
    void everyLawFailsOnTheOffenders() {
        for (ArchRule law : LAWS.all()) {
            assertThat(law.evaluate(OFFENDERS).hasViolation())
                    .as(law.getDescription())
                    .isTrue();
        }
    }

    private static List<String> offences(ArchRule law) {
        return law.evaluate(OFFENDERS).getFailureReport().getDetails();
    }
}
