package dev.weft.spi;

import dev.weft.CredentialRequest;
import dev.weft.Mesh;
import dev.weft.MeshConfig;
import dev.weft.MeshStartException;
import java.util.ServiceLoader;

/** Makes nodes. Found with {@link ServiceLoader}; one is expected on the class path. */
public interface MeshProvider {
    Mesh join(MeshConfig config);

    CredentialRequest request(MeshConfig config);

    /** @throws MeshStartException if there is none on the class path */
    static MeshProvider installed() {
        return ServiceLoader.load(MeshProvider.class)
                .findFirst()
                .orElseThrow(
                        () -> new MeshStartException("no implementation of Weft on the class path: add weft-node"));
    }
}
