package yinxin.example;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import yinxin.Account;
import yinxin.Client;

/**
 * Seals a PDF of one's own and judges it. Usage: {@code Example BASE SECRETS FILE.pdf SEALED.pdf}. SECRETS is a folder with the
 * secrets of an approval system and of a custodian, and the custodian's key, such as the demonstration's {@code secrets}.
 */
public final class Example {
    static final Map<String, Object> ORDER = Map.of(
        "seal", "990102-SPZYZ-01", "purpose", "document", "ground", "青审函〔2026〕第8号", "page", 1, "x_mm", 130.0, "y_mm", 40.0);

    private Example() {}

    public static void main(String[] given) throws Exception {
        Path secrets = Path.of(given[1]);
        Client approvals = new Client(given[0], account(secrets, "Q-APR-approvals"));
        Client custodian = new Client(given[0], account(secrets, "Q-APR-custodian"));
        // The same key for the same order, whenever it is sent again: keep it until the answer is there.
        Map<String, byte[]> files = Map.of("letter.pdf", Files.readAllBytes(Path.of(given[2])));
        String job = approvals.seal(ORDER, files, UUID.randomUUID().toString()).path("job").asText();
        // Another person looks at exactly what will be sealed, and releases that.
        JsonNode offer = custodian.offer(job);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(custodian.page(job));
        if (!HexFormat.of().formatHex(digest).equals(offer.path("unsealed").asText())) {
            throw new IllegalStateException("the page is not the one that is offered");
        }
        custodian.release(offer, signer(custodianKey(secrets)), "ecdsa-p256-sha256");
        byte[] sealed = approvals.sealed(job);
        Files.write(Path.of(given[3]), sealed);
        // Anybody may ask what a file is worth.
        JsonNode report = new Client(given[0], null).verify(sealed);
        System.out.println(report.path("verdict").asText() + " " + report.path("sentence").path("en").asText());
    }

    static Account account(Path secrets, String name) throws IOException {
        return new Account(name, Files.readString(secrets.resolve(name + ".secret")).strip());
    }

    static PrivateKey custodianKey(Path secrets) throws IOException, GeneralSecurityException {
        String pem = Files.readString(secrets.resolve("custodian.pem")).replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    }

    static UnaryOperator<byte[]> signer(PrivateKey key) {
        return statement -> {
            try {
                Signature signature = Signature.getInstance("SHA256withECDSA");
                signature.initSign(key);
                signature.update(statement);
                return signature.sign();
            } catch (GeneralSecurityException fault) {
                throw new IllegalStateException(fault);
            }
        };
    }
}
