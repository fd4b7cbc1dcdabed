package dev.weft.node;

import dev.weft.Group;
import dev.weft.GroupSendOptions;
import dev.weft.GroupTicket;
import dev.weft.Membership;
import dev.weft.MembershipOptions;
import dev.weft.NodeId;
import dev.weft.Outcome;
import dev.weft.Secrecy;
import dev.weft.WhenFull;
import dev.weft.core.base.ByteView;
import dev.weft.core.engine.Engine;
import dev.weft.core.flow.GroupManner;
import dev.weft.core.flow.GroupSend;
import dev.weft.core.wire.Data;
import dev.weft.core.wire.GroupName;
import dev.weft.core.wire.NodeRecord;
import dev.weft.net.Loop;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Groups as applications of a node have them: checks what is asked for and hands it to the {@link NodeLife}. */
final class Groups implements GroupInbox.Home {
    private final NodeLife life;
    private final Application application;

    Groups(NodeLife life) {
        this.life = life;
        this.application = life.application();
    }

    Group group(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > GroupName.GROUP_BYTES_MAX || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a group's name has at most " + GroupName.GROUP_BYTES_MAX
                    + " bytes and no control characters, not " + bytes);
        }
        return new Named(name);
    }

    List<String> names() {
        return life.ask(engine -> List.copyOf(engine.groupNames()));
    }

    GroupTicket send(Collection<NodeId> nodes, byte[] payload, GroupSendOptions options) {
        if (options.endpoint().isEmpty()) {
            throw new IllegalArgumentException("nodes that are listed are sent to by the name of an endpoint");
        }
        return send(
                new GroupName(GroupName.Scope.LIST, options.kind(), "", options.endpoint())
                        .withWhenFull(options.whenFull()),
                nodes,
                payload,
                options);
    }

    private GroupTicket send(GroupName name, Collection<NodeId> listed, byte[] payload, GroupSendOptions options) {
        life.requireOpen();
        if (payload.length > Data.MESSAGE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a message of " + payload.length + " bytes is too large: at most " + Data.MESSAGE_BYTES_MAX);
        }
        TreeSet<NodeId> nodes = new TreeSet<>(listed);
        SendBudget.Account account = take(name, payload.length, options);
        if (account == null) {
            GroupTicketEnd refused = application.newGroupTicket(() -> {});
            Outcome.Kind kind = options.whenFull() == WhenFull.REFUSE ? Outcome.Kind.REJECTED : Outcome.Kind.EXPIRED;
            life.handOver((engine, now) -> settle(
                    refused.number(),
                    members(engine, name, nodes, options),
                    Outcome.of(kind, Outcome.Reason.QUEUE_FULL)));
            return refused;
        }
        GroupTicketEnd ticket = application.newGroupTicket(() -> account.give(SendBudget.chargeToMany(payload.length)));
        ByteView copy = ByteView.of(payload.clone());
        life.handOver((engine, now) -> {
            SortedSet<NodeId> members = members(engine, name, nodes, options);
            if (options.secrecy() == Secrecy.SEALED && !engine.canSeal()) {
                settle(ticket.number(), members, Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.NOT_SEALED));
                return;
            }
            long timeoutNanos = options.timeout().toNanos();
            engine.sendToMany(new GroupSend(ticket.number(), name, members, copy, manner(options), timeoutNanos), now);
        });
        return ticket;
    }

    private static GroupManner manner(GroupSendOptions options) {
        return new GroupManner(
                options.priority(),
                options.retriesMax(),
                new TreeSet<>(options.routing().nodes()));
    }

    /** Room for a send among those of this node; null where there is none and the sender does not wait, or in vain. */
    private SendBudget.@Nullable Account take(GroupName name, int payloadBytes, GroupSendOptions options) {
        SendBudget budget = application.budget();
        SendBudget.Flow flow = SendBudget.Flow.toMany(name, options.priority());
        long charge = SendBudget.chargeToMany(payloadBytes);
        return options.whenFull() == WhenFull.WAIT
                ? budget.take(flow, charge, options.timeout().toNanos(), Loop::mayWait)
                : budget.tryTake(flow, charge);
    }

    /** Gives every member the same outcome, of a message that does not leave. */
    private void settle(long ticket, SortedSet<NodeId> members, Outcome outcome) {
        members.forEach(member -> application.settledFor(ticket, member, outcome));
        application.groupSettled(ticket);
    }

    private SortedSet<NodeId> members(Engine engine, GroupName name, TreeSet<NodeId> nodes, GroupSendOptions options) {
        TreeSet<NodeId> members = switch (name.scope()) {
            case GROUP -> new TreeSet<>(engine.members(name.group()));
            case LIST -> nodes;
        };
        if (options.hearing() == GroupSendOptions.Hearing.OTHERS_ONLY) {
            members.remove(life.id());
        }
        return members;
    }

    @Override
    public void leave(GroupInbox inbox) {
        life.turnIfOpen((engine, now) -> {
            engine.leave(inbox.group(), now);
            application.left(inbox);
        });
    }

    @Override
    public void caughtUp(GroupInbox inbox) {
        life.turnIfOpen((engine, now) -> engine.handleCaughtUp(inbox.group(), now));
    }

    @Override
    public void room() {
        life.turnIfOpen((engine, now) -> engine.handleRoom(now));
    }

    private final class Named implements Group {
        private final String name;

        private Named(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<NodeId> members() {
            return life.ask(engine -> List.copyOf(engine.members(name)));
        }

        @Override
        public Membership join(MembershipOptions options) {
            life.requireOpen();
            GroupInbox inbox = new GroupInbox(name, options, life.callbacks(), Groups.this);
            application.joined(inbox, NodeRecord.GROUPS_MAX);
            // The node is a member when this returns, and so hears what it sends from here on.
            life.ask(engine -> {
                engine.join(name, life.nowNanos());
                return name;
            });
            life.turn((engine, now) -> {});
            return inbox;
        }

        @Override
        public GroupTicket send(byte[] payload, GroupSendOptions options) {
            return Groups.this.send(
                    new GroupName(GroupName.Scope.GROUP, options.kind(), name, options.endpoint())
                            .withWhenFull(options.whenFull()),
                    List.of(),
                    payload,
                    options);
        }

        @Override
        public String toString() {
            return "group '" + name + "'";
        }
    }
}
