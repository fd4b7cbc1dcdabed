package dev.weft;

import java.util.List;
import java.util.Locale;

/** A set of rights with a name. The bits are part of credentials; what a role allows is decided here alone. */
public enum Role {
    /** Sends to every endpoint, is in every group, asks queries. What a node is of which nothing else is said. */
    MEMBER(1),
    /** Calls services. */
    CLIENT(2),
    /** Offers services. */
    WORKER(4),
    /** Goes between clients and workers. */
    BROKER(8),
    /** Administers other nodes and asks queries. */
    ADMIN(16),
    /** Is there, relays, and may do nothing else. */
    RELAY(32);

    private final int bit;

    Role(int bit) {
        this.bit = bit;
    }

    int bit() {
        return bit;
    }

    /** What it allows, unless a credential names permissions for the same right. */
    public List<Permission> permissions() {
        return switch (this) {
            case MEMBER ->
                List.of(
                        Permission.allow(Right.SEND, "*"),
                        Permission.allow(Right.JOIN, "*"),
                        Permission.allow(Right.QUERY, ""));
            case CLIENT -> List.of(Permission.allow(Right.CALL, "*"));
            case WORKER -> List.of(Permission.allow(Right.OFFER, "*"));
            case BROKER -> List.of(Permission.allow(Right.BROKER, ""));
            case ADMIN -> List.of(Permission.allow(Right.ADMINISTER, ""), Permission.allow(Right.QUERY, ""));
            case RELAY -> List.of();
        };
    }

    /** @throws IllegalArgumentException if there is no such role */
    public static Role parse(String text) {
        for (Role role : values()) {
            if (role.toString().equals(text.strip().toLowerCase(Locale.ROOT))) {
                return role;
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "' is no role: member, client, worker, broker, admin and relay are");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
