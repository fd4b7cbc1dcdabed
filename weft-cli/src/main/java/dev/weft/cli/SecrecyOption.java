package dev.weft.cli;

import dev.weft.Secrecy;
import picocli.CommandLine.Option;

/** Whether what a command sends and receives is sealed whatever its way. */
final class SecrecyOption {
    @Option(
            names = "--sealed",
            description = "Sealed from end to end, over links of one's own too; what is not sent so is refused.")
    boolean sealed;

    Secrecy secrecy() {
        return sealed ? Secrecy.SEALED : Secrecy.BY_POLICY;
    }
}
