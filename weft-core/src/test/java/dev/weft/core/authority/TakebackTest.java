package dev.weft.core.authority;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NodeId;
import dev.weft.Revocations;
import dev.weft.core.base.ByteView;
import dev.weft.core.base.Prng;
import dev.weft.core.wire.Frame;
import dev.weft.core.wire.Revoked;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lists of revocations reach every node of a chain, whatever is lost, and come to rest there. */
final class TakebackTest {
    private static final long AUTHORITY = 4;
    private static final long SECOND = 1_000_000_000L;

    private record Flight(int from, int to, Revoked frame) {}

    private final List<Takeback> machines = new ArrayList<>();
    private final List<Register> registers = new ArrayList<>();
    private final ArrayDeque<Flight> flights = new ArrayDeque<>();
    private final List<Integer> adopted = new ArrayList<>();
    private int sent;

    private static NodeId id(int number) {
        return new NodeId(number + 1, 0x8000000000000001L);
    }

    private void chain(int length) {
        int first = machines.size();
        for (int i = first; i < first + length; i++) {
            int number = i;
            Register register = new Register("demo", id(i), new FakeNotary(AUTHORITY, ByteView.of(new byte[32])));
            registers.add(register);
            machines.add(new Takeback(register, new Takeback.Output() {
                @Override
                public void send(NodeId neighbor, Frame frame) {
                    sent++;
                    flights.add(new Flight(number, (int) neighbor.high() - 1, (Revoked) frame));
                }

                @Override
                public void adopted() {
                    adopted.add(number);
                }
            }));
        }
        for (int i = first; i + 1 < first + length; i++) {
            link(i, i + 1);
        }
    }

    private void link(int one, int other) {
        machines.get(one).handleLinkUp(id(other), 0);
        machines.get(other).handleLinkUp(id(one), 0);
    }

    private void run(long nowNanos, Prng prng, int lossPerMillion) {
        for (int round = 0; round < 1_000 && !flights.isEmpty(); round++) {
            Flight flight = flights.remove();
            if (!prng.chance(lossPerMillion)) {
                machines.get(flight.to).handleRevoked(id(flight.from), flight.frame, nowNanos);
            }
        }
        assertThat(flights).isEmpty();
    }

    private void assertAllHave(long number) {
        assertThat(registers)
                .allSatisfy(register -> assertThat(register.revocationsNumber()).isEqualTo(number));
    }

    private static ByteView list(long number) {
        Revocations list = FakeNotary.revocations(AUTHORITY, "demo", number, id(50));
        return ByteView.of(list.bytes());
    }

    @Test
    void aListReachesAllAndThenThereIsSilence() {
        chain(6);
        run(0, new Prng(1), 0);
        machines.get(2).adopt(list(7), SECOND);
        run(SECOND, new Prng(1), 0);
        assertAllHave(7);
        assertThat(adopted).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
        machines.forEach(machine -> machine.handleTime(2 * SECOND));
        run(2 * SECOND, new Prng(1), 0);
        int before = sent;
        for (int second = 3; second < 10; second++) {
            long now = second * SECOND;
            machines.forEach(machine -> machine.handleTime(now));
            run(now, new Prng(1), 0);
        }
        assertThat(sent).isEqualTo(before);
        assertThat(machines)
                .allSatisfy(machine -> assertThat(machine.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE));
    }

    @Test
    void whoComesLaterIsToldByWhoWasThere() {
        chain(3);
        machines.get(0).adopt(list(1), 0);
        run(0, new Prng(1), 0);
        chain(3);
        link(2, 3);
        run(SECOND, new Prng(1), 0);
        assertAllHave(1);
    }

    @Test
    void lossOnlyDelays() {
        for (long seed = 1; seed <= 50; seed++) {
            TakebackTest lossy = new TakebackTest();
            lossy.chain(5);
            Prng prng = new Prng(seed);
            lossy.machines.get(4).adopt(list(3), 0);
            for (int second = 0; second < 60; second++) {
                long now = second * SECOND;
                lossy.machines.forEach(machine -> machine.handleTime(now));
                lossy.run(now, prng, 400_000);
            }
            long known = lossy.registers.stream()
                    .filter(register -> register.revocationsNumber() == 3)
                    .count();
            assertThat(known).as("seed %d", seed).isEqualTo(5);
        }
    }

    @Test
    void aForgedListGoesNoFurther() {
        chain(3);
        run(0, new Prng(1), 0);
        ByteView forged =
                ByteView.of(FakeNotary.revocations(5, "demo", 9, id(1)).bytes());
        machines.get(1).handleRevoked(id(0), new Revoked(forged, 10), 0);
        run(0, new Prng(1), 0);
        assertAllHave(0);
        assertThat(adopted).isEmpty();
    }
}
