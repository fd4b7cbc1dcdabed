package dev.weft.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class after which buffers are found that nobody has released. Found by JUnit as a service, here and in
 * the modules that have the tests of this one on their class path, so that no test can forget it.
 */
public final class LeakCheck implements AfterAllCallback {
    private static final ConcurrentLinkedQueue<String> LEAKS = new ConcurrentLinkedQueue<>();
    private static final int COLLECTIONS_MAX = 100;

    static {
        // Buffers ask for their detector once and for all, so this comes before the first of them.
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new RecordingFactory());
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        List<String> leaks = take();
        if (!leaks.isEmpty()) {
            throw new AssertionError(leaks.size() + " leaks by the end of " + context.getDisplayName() + ":\n"
                    + String.join("\n", leaks));
        }
    }

    /** The leaks that have shown by now; they are not told again. */
    static List<String> take() throws InterruptedException {
        // What the first collection found is handed on in its own time, but before what the second finds.
        awaitCollection();
        awaitCollection();
        // The detector looks at what was collected when it gets the next buffer.
        ByteBufAllocator.DEFAULT.buffer(1).release();
        List<String> taken = new ArrayList<>();
        for (String leak = LEAKS.poll(); leak != null; leak = LEAKS.poll()) {
            taken.add(leak);
        }
        return taken;
    }

    private static void awaitCollection() throws InterruptedException {
        ReferenceQueue<Object> collected = new ReferenceQueue<>();
        PhantomReference<Object> canary = new PhantomReference<>(new Object(), collected);
        try {
            for (int i = 0; i < COLLECTIONS_MAX; i++) {
                System.gc();
                if (collected.remove(100) != null) {
                    return;
                }
            }
        } finally {
            Reference.reachabilityFence(canary);
        }
        throw new AssertionError("nothing is ever collected, so leaks cannot be found");
    }

    private static final class RecordingFactory extends ResourceLeakDetectorFactory {
        @Override
        @SuppressWarnings("deprecation") // It is the one that has to be there: the others lead to it.
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> type, int interval, long active) {
            return new RecordingDetector<>(type, interval);
        }
    }

    private static final class RecordingDetector<T> extends ResourceLeakDetector<T> {
        private RecordingDetector(Class<T> type, int interval) {
            super(type, interval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String type, String records) {
            LEAKS.add(type + " was never released: " + records);
        }

        @Override
        protected void reportUntracedLeak(String type) {
            LEAKS.add(type + " was never released");
        }
    }
}
