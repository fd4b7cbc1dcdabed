package dev.weft.core.engine;

import java.util.ArrayDeque;
import java.util.List;

/** The latest refusals, so that a node can say why it has no link to another. Called by {@link Links} and {@link Machines}. */
final class Refusals {
    static final int KEPT_MAX = 256;

    private final ArrayDeque<Refusal> latest = new ArrayDeque<>();

    void add(Refusal refusal) {
        switch (refusal.reason()) {
            // The mesh in good order.
            case DUPLICATE_LINK, NOT_NEEDED, SHUTDOWN, SELF -> {}
            case UNKNOWN,
                    WRONG_MESH,
                    VERSION,
                    DUPLICATE_NODE_ID,
                    STALE_INCARNATION,
                    LIMIT,
                    MALFORMED,
                    TIMEOUT,
                    SILENT,
                    FORBIDDEN,
                    PROTOCOL_VIOLATION,
                    CARRIER_LOST,
                    WRONG_IDENTITY,
                    NOT_ENCRYPTED,
                    NOT_A_MEMBER,
                    SHUT_OUT,
                    NO_CREDENTIAL,
                    BAD_CREDENTIAL,
                    WRONG_AUTHORITY,
                    NOT_YET_VALID,
                    EXPIRED,
                    REVOKED,
                    WRONG_NAME,
                    OVER_BUDGET -> {
                if (latest.size() == KEPT_MAX) {
                    latest.remove();
                }
                latest.add(refusal);
            }
        }
    }

    /** Oldest first. */
    List<Refusal> latest() {
        return List.copyOf(latest);
    }
}
