package dev.weft;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What one node may do. Decided by whoever receives: nobody judges himself. Immutable.
 *
 * <p>A denial wins over everything. What a role allows by a right counts only where no permission for that right is
 * given beside it, so permissions narrow roles: {@code worker} with {@code offer:billing} offers billing alone. Who has
 * neither role nor permission is a {@link Role#MEMBER}.
 */
public final class Policy {
    /** Where a mesh has no authority: everything. */
    public static final Policy OPEN = new Policy(everything());

    /** Nothing at all. */
    public static final Policy NOTHING = new Policy(List.of());

    private final List<Permission> permissions;

    private Policy(List<Permission> permissions) {
        this.permissions = List.copyOf(permissions);
    }

    public static Policy of(Collection<Role> roles, Collection<Permission> given) {
        List<Permission> all = new ArrayList<>(given);
        Collection<Role> counted = roles.isEmpty() && given.isEmpty() ? List.of(Role.MEMBER) : roles;
        for (Role role : counted) {
            for (Permission implied : role.permissions()) {
                boolean narrowed = given.stream()
                        .anyMatch(permission -> permission.right() == implied.right()
                                && permission.effect() == Permission.Effect.ALLOW);
                if (!narrowed) {
                    all.add(implied);
                }
            }
        }
        return new Policy(all);
    }

    /** @param subject of the right, {@code ""} where it has none */
    public boolean permits(Right right, String subject) {
        boolean allowed = false;
        for (Permission permission : permissions) {
            if (permission.covers(right, subject)) {
                if (permission.effect() == Permission.Effect.DENY) {
                    return false;
                }
                allowed = true;
            }
        }
        return allowed;
    }

    private static List<Permission> everything() {
        List<Permission> all = new ArrayList<>();
        for (Right right : Right.values()) {
            all.add(Permission.allow(right, right.subject() == Right.Subject.NAMED ? "*" : ""));
        }
        return all;
    }

    @Override
    public String toString() {
        return permissions.toString();
    }
}
