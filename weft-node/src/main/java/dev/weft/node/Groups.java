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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Groups as applications of a node have them: checks what is asked for and hands it to the {@link NodeLife}. */
final class Groups implements GroupInbox.Home {
    private final NodeLife life;
    private final Application application;
    private final SameNodes listed;
    private final SameNodes inGroup;
    private volatile @Nullable Conversation latest;

    Groups(NodeLife life) {
        this.life = life;
        this.application = life.application();
        this.listed = new SameNodes(life.id());
        this.inGroup = new SameNodes(life.id());
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
        SortedSet<NodeId> members = listed.members(nodes, options.hearing());
        return send(conversation(GroupName.Scope.LIST, "", options), engine -> members, payload);
    }

    private GroupTicket send(Conversation to, Function<Engine, SortedSet<NodeId>> membersOf, byte[] payload) {
        life.requireOpen();
        if (payload.length > Data.MESSAGE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a message of " + payload.length + " bytes is too large: at most " + Data.MESSAGE_BYTES_MAX);
        }
        GroupSendOptions options = to.options;
        long charge = SendBudget.chargeToMany(payload.length);
        SendBudget.Account account = take(to, charge);
        if (account == null) {
            GroupTicketEnd refused = application.newGroupTicket();
            Outcome.Kind kind = options.whenFull() == WhenFull.REFUSE ? Outcome.Kind.REJECTED : Outcome.Kind.EXPIRED;
            life.handOver((engine, now) ->
                    settle(refused.number(), membersOf.apply(engine), Outcome.of(kind, Outcome.Reason.QUEUE_FULL)));
            return refused;
        }
        GroupTicketEnd ticket = application.newGroupTicket(account, charge);
        ByteView copy = ByteView.of(payload.clone());
        life.handOver((engine, now) -> {
            SortedSet<NodeId> members = membersOf.apply(engine);
            if (options.secrecy() == Secrecy.SEALED && !engine.canSeal()) {
                settle(ticket.number(), members, Outcome.of(Outcome.Kind.REJECTED, Outcome.Reason.NOT_SEALED));
                return;
            }
            engine.sendToMany(new GroupSend(ticket.number(), to.name, members, copy, to.manner, to.timeoutNanos), now);
        });
        return ticket;
    }

    /** What sends to one group, or to listed nodes, in one manner have in common. */
    private static final class Conversation {
        private final GroupSendOptions options;
        private final GroupName name;
        private final GroupManner manner;
        private final SendBudget.Flow flow;
        private final long timeoutNanos;

        private Conversation(GroupSendOptions options, GroupName name) {
            this.options = options;
            this.name = name;
            this.manner = new GroupManner(
                    options.priority(),
                    options.retriesMax(),
                    new TreeSet<>(options.routing().nodes()));
            this.flow = SendBudget.Flow.toMany(name, options.priority());
            this.timeoutNanos = options.timeout().toNanos();
        }

        private boolean isOf(GroupName.Scope scope, String group, GroupSendOptions others) {
            return name.scope() == scope && name.group().equals(group) && options.equals(others);
        }
    }

    /** That of the latest send, which the next one mostly is of as well. */
    private Conversation conversation(GroupName.Scope scope, String group, GroupSendOptions options) {
        Conversation known = latest;
        if (known == null || !known.isOf(scope, group, options)) {
            known = new Conversation(
                    options,
                    new GroupName(scope, options.kind(), group, options.endpoint()).withWhenFull(options.whenFull()));
            latest = known;
        }
        return known;
    }

    /** Room for a send among those of this node; null where there is none and the sender does not wait, or in vain. */
    private SendBudget.@Nullable Account take(Conversation to, long charge) {
        SendBudget budget = application.budget();
        return to.options.whenFull() == WhenFull.WAIT
                ? budget.take(to.flow, charge, to.timeoutNanos, Loop::mayWait)
                : budget.tryTake(to.flow, charge);
    }

    /** Gives every member the same outcome, of a message that does not leave. */
    private void settle(long ticket, SortedSet<NodeId> members, Outcome outcome) {
        members.forEach(member -> application.settledFor(ticket, member, outcome));
        application.groupSettled(ticket);
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
                    conversation(GroupName.Scope.GROUP, name, options),
                    engine -> inGroup.members(engine.members(name), options.hearing()),
                    payload);
        }

        @Override
        public String toString() {
            return "group '" + name + "'";
        }
    }
}
