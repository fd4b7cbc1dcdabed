package dev.weft.rules;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;

/**
 * The laws of the house, as rules over compiled classes. They are made for a root package, so that the same laws judge
 * the product ({@code dev.weft}) and a small tree of offenders that must fail each of them. What bytecode does not
 * show is in {@link SourceScan}.
 */
final class Laws {
    /** Module to the modules it may use. The package below the root names the module; the API has those named below. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry("rules", Set.of()),
            Map.entry("api", Set.of()),
            Map.entry("core", Set.of("api")),
            Map.entry("net", Set.of("api", "core")),
            Map.entry("sim", Set.of("api", "core")),
            Map.entry("node", Set.of("api", "core", "net")),
            Map.entry("tracker", Set.of("api", "core", "net")),
            Map.entry("client", Set.of("api")),
            Map.entry("daemon", Set.of("api", "core", "net", "node")),
            Map.entry("cli", Set.of("api", "core", "net", "sim", "node", "tracker", "client", "daemon")),
            Map.entry("bench", Set.of("api", "core", "net", "sim", "node", "tracker", "client", "daemon", "cli")));

    private static final Set<String> API_PACKAGES = Set.of("", "spi");
    private static final Set<String> JDK_ONLY = Set.of("api", "core", "sim");
    private static final Set<String> DETERMINISTIC = Set.of("core", "sim");
    private static final Set<String> PLAINLY_NAMED = Set.of("api", "core", "sim");

    /** Each package of the core imports only those before it. */
    private static final List<String> CORE_ORDER = List.of(
            "base",
            "wire",
            "authority",
            "link",
            "discovery",
            "topology",
            "route",
            "forward",
            "seal",
            "flow",
            "socket",
            "cluster",
            "service",
            "stream",
            "engine");

    private static final Pattern BANNED_TYPE = Pattern.compile("java\\.lang\\.(Thread|ThreadLocal|ThreadGroup"
            + "|InheritableThreadLocal|Process|ProcessBuilder|ProcessHandle|Runtime|System\\$Logger.*|StrictMath)"
            + "|java\\.lang\\.ref\\..*|java\\.util\\.concurrent\\..*|java\\.util\\.logging\\..*|org\\.slf4j\\..*"
            + "|java\\.util\\.(Random|SplittableRandom|Timer|TimerTask|HashMap|HashSet|LinkedHashSet\\$.*"
            + "|IdentityHashMap|WeakHashMap|Hashtable)|java\\.util\\.random\\..*|java\\.security\\.SecureRandom"
            + "|java\\.time\\.(Clock|InstantSource)|java\\.net\\..*|java\\.io\\.(File|RandomAccessFile).*"
            + "|java\\.nio\\.(file|channels)\\..*");

    private static final Pattern BANNED_ACCESS = Pattern.compile("java\\.util\\.(Set|Map)\\.(of|copyOf|ofEntries)"
            + "|java\\.util\\.stream\\.Collectors\\.(toSet|toMap|toUnmodifiableSet|toUnmodifiableMap|groupingBy.*)"
            + "|java\\.util\\.UUID\\.randomUUID|java\\.lang\\.Math\\.random|java\\.util\\.Collections\\.shuffle"
            + "|java\\.lang\\.System\\.(nanoTime|currentTimeMillis|identityHashCode|getenv|getProperty|getLogger|out|err)"
            + "|java\\.time\\.\\w+\\.now|java\\.lang\\.Object\\.(wait|notify|notifyAll)"
            + "|.*\\.(parallelStream|parallel)");

    /** What turns bytes of others into code or objects of their choice, and what can be guessed. */
    private static final Pattern DANGEROUS_TYPE = Pattern.compile("java\\.io\\.ObjectInputStream|javax\\.xml\\..*"
            + "|org\\.xml\\..*|javax\\.script\\..*|java\\.util\\.(Random|SplittableRandom)"
            + "|java\\.util\\.random\\..*|java\\.util\\.concurrent\\.ThreadLocalRandom");

    private static final Pattern MUTABLE_TYPE =
            Pattern.compile("java\\.util\\.(Array|Linked|Tree|Enum|Bit|Priority)\\w*"
                    + "|java\\.lang\\.String(Builder|Buffer)|.*\\.core\\.base\\.Prng");

    private static final Pattern VAGUE_NAME = Pattern.compile(".+(Impl|Base|Util|Utils|Manager|Helper)");
    private static final Pattern BEAN_NAME = Pattern.compile("(get|set)[A-Z].*");

    private final String root;

    Laws(String root) {
        this.root = root;
    }

    List<ArchRule> all() {
        return List.of(
                moduleArrows(),
                jdkOnly(),
                onlyNetUsesNetty(),
                coreOrder(),
                noPackageCycle(),
                noUnrepeatableType(),
                noUnrepeatableCall(),
                nothingDangerous(),
                noSharedState(),
                noFloatingPoint(),
                noChangingStatic(),
                plainNames(),
                nullMarked());
    }

    ArchRule moduleArrows() {
        return law("a module uses only the modules that its arrows point to", any -> true, (type, broken) -> {
            String from = module(type);
            if (!ARROWS.containsKey(from)) {
                broken.accept("the module " + from + " of " + type.getName() + " has no place in the house yet");
                return;
            }
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (isOurs(target)
                        && !module(target).equals(from)
                        && !ARROWS.get(from).contains(module(target))) {
                    broken.accept(from + " -> " + module(target) + ": " + dependency.getDescription());
                }
            }
        });
    }

    ArchRule jdkOnly() {
        return law("api, core and sim need nothing but the JDK", in(JDK_ONLY), (type, broken) -> {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                String name = target.getName();
                if (!target.isPrimitive()
                        && !isOurs(target)
                        && !name.startsWith("java.")
                        && !name.startsWith("org.jspecify.annotations.")) {
                    broken.accept(dependency.getDescription());
                }
            }
        });
    }

    ArchRule onlyNetUsesNetty() {
        return law("only net uses Netty", type -> !module(type).equals("net"), (type, broken) -> {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                if (dependency.getTargetClass().getBaseComponentType().getName().startsWith("io.netty.")) {
                    broken.accept(dependency.getDescription());
                }
            }
        });
    }

    ArchRule coreOrder() {
        return law("a package of the core imports only those before it", in(Set.of("core")), (type, broken) -> {
            int own = CORE_ORDER.indexOf(corePackage(type));
            if (own < 0) {
                broken.accept("the package of " + type.getName() + " has no place in the order of the core yet");
                return;
            }
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (isOurs(target) && module(target).equals("core") && CORE_ORDER.indexOf(corePackage(target)) > own) {
                    broken.accept(dependency.getDescription());
                }
            }
        });
    }

    ArchRule noPackageCycle() {
        return SlicesRuleDefinition.slices()
                .matching(root + ".(**)")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .as("packages form no cycle");
    }

    ArchRule noUnrepeatableType() {
        return law(
                "core and sim use no type whose behaviour differs from run to run",
                in(DETERMINISTIC),
                (type, broken) -> {
                    for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                        String name = dependency
                                .getTargetClass()
                                .getBaseComponentType()
                                .getName();
                        if (BANNED_TYPE.matcher(name).matches()) {
                            broken.accept(dependency.getDescription());
                        }
                    }
                });
    }

    ArchRule noUnrepeatableCall() {
        return law(
                "core and sim call nothing whose result differs from run to run", in(DETERMINISTIC), (type, broken) -> {
                    for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                        String target = access.getTargetOwner().getName() + "." + access.getName();
                        boolean hash = isUnrepeatableHash(access)
                                && !access.getOrigin().getName().equals("hashCode");
                        if (hash || BANNED_ACCESS.matcher(target).matches()) {
                            broken.accept(access.getDescription());
                        }
                    }
                });
    }

    ArchRule nothingDangerous() {
        return law(
                "nothing of ours reads objects, XML or scripts, or draws what can be guessed",
                type -> true,
                (type, broken) -> {
                    for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                        String name = dependency
                                .getTargetClass()
                                .getBaseComponentType()
                                .getName();
                        if (DANGEROUS_TYPE.matcher(name).matches()) {
                            broken.accept(dependency.getDescription());
                        }
                    }
                });
    }

    ArchRule noSharedState() {
        return law("core and sim share nothing between threads", in(DETERMINISTIC), (type, broken) -> {
            for (JavaField field : type.getFields()) {
                if (field.getModifiers().contains(JavaModifier.VOLATILE)) {
                    broken.accept(field.getDescription() + " is volatile");
                }
            }
            for (JavaMethod method : type.getMethods()) {
                if (method.getModifiers().contains(JavaModifier.SYNCHRONIZED)) {
                    broken.accept(method.getDescription() + " is synchronized");
                }
            }
        });
    }

    /** Locals without a call do not show in bytecode; {@link SourceScan} sees them. */
    ArchRule noFloatingPoint() {
        return law("core and sim decide without floating point", in(DETERMINISTIC), (type, broken) -> {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                if (isFloating(dependency.getTargetClass())) {
                    broken.accept(dependency.getDescription());
                }
            }
            for (JavaField field : type.getFields()) {
                if (isFloating(field.getRawType())) {
                    broken.accept(field.getDescription());
                }
            }
            type.getCodeUnits().forEach(unit -> {
                if (isFloating(unit.getRawReturnType())
                        || unit.getRawParameterTypes().stream().anyMatch(Laws::isFloating)) {
                    broken.accept(unit.getDescription());
                }
            });
            type.getCodeUnitCallsFromSelf().forEach(call -> {
                if (isFloating(call.getTarget().getRawReturnType())
                        || call.getTarget().getRawParameterTypes().stream().anyMatch(Laws::isFloating)) {
                    broken.accept(call.getDescription());
                }
            });
        });
    }

    ArchRule noChangingStatic() {
        return law("no static changes", any -> true, (type, broken) -> {
            for (JavaField field : type.getFields()) {
                Set<JavaModifier> modifiers = field.getModifiers();
                if (!modifiers.contains(JavaModifier.STATIC) || modifiers.contains(JavaModifier.SYNTHETIC)) {
                    continue;
                }
                String kind = field.getRawType().getName();
                if (!modifiers.contains(JavaModifier.FINAL)
                        || MUTABLE_TYPE.matcher(kind).matches()) {
                    broken.accept(field.getDescription() + " of type " + kind);
                }
            }
        });
    }

    ArchRule plainNames() {
        return law("names say what a thing is", in(PLAINLY_NAMED), (type, broken) -> {
            if (VAGUE_NAME.matcher(type.getSimpleName()).matches()) {
                broken.accept(type.getName() + " is a vague name");
            }
            for (JavaMethod method : type.getMethods()) {
                if (BEAN_NAME.matcher(method.getName()).matches()) {
                    broken.accept(method.getDescription() + " names no role");
                }
            }
        });
    }

    ArchRule nullMarked() {
        return law("a package says that null is marked", any -> true, (type, broken) -> {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                broken.accept(type.getPackageName() + " has no @NullMarked package-info");
            }
        });
    }

    /** What objects and enums hash to differs from run to run; only another {@code hashCode} may be made of it. */
    private static boolean isUnrepeatableHash(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        return access.getName().equals("hashCode") && (owner.isEnum() || owner.isEquivalentTo(Object.class))
                || owner.isEquivalentTo(Objects.class) && access.getName().startsWith("hash");
    }

    private static boolean isFloating(JavaClass type) {
        String name = type.getBaseComponentType().getName();
        return name.equals("float")
                || name.equals("double")
                || name.equals("java.lang.Float")
                || name.equals("java.lang.Double")
                || name.startsWith("java.util.function.Double");
    }

    private boolean isOurs(JavaClass type) {
        return type.getPackageName().equals(root) || type.getPackageName().startsWith(root + ".");
    }

    private String module(JavaClass type) {
        String first = type.getPackageName().equals(root) ? "" : segment(type, 0);
        return API_PACKAGES.contains(first) ? "api" : first;
    }

    private String corePackage(JavaClass type) {
        return segment(type, 1);
    }

    private String segment(JavaClass type, int index) {
        String[] segments = type.getPackageName().substring(root.length() + 1).split("\\.", -1);
        return index < segments.length ? segments[index] : "";
    }

    private Predicate<JavaClass> in(Set<String> modules) {
        return type -> modules.contains(module(type));
    }

    private ArchRule law(String name, Predicate<JavaClass> where, BiConsumer<JavaClass, Consumer<String>> judge) {
        ArchCondition<JavaClass> condition = new ArchCondition<>("keep the law") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (isOurs(type) && where.test(type)) {
                    judge.accept(type, offence -> events.add(SimpleConditionEvent.violated(type, offence)));
                }
            }
        };
        return ArchRuleDefinition.classes()
                .should(condition)
                .allowEmptyShould(true)
                .as(name);
    }
}
