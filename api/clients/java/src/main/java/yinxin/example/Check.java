package yinxin.example;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import yinxin.Account;
import yinxin.Client;
import yinxin.Form;
import yinxin.Problem;

/** Checks of the client against a service. Usage: {@code Check BASE SECRETS FILE.pdf SEALED.pdf}; the example runs first. */
public final class Check {
    private static final String ALGORITHM = "ecdsa-p256-sha256";

    private Check() {}

    public static void main(String[] given) throws Exception {
        Example.main(given);
        signatures();
        String base = given[0];
        Path secrets = Path.of(given[1]);
        Client approvals = new Client(base, Example.account(secrets, "Q-APR-approvals"));
        Client custodian = new Client(base, Example.account(secrets, "Q-APR-custodian"));
        Map<String, byte[]> files = Map.of("letter.pdf", Files.readAllBytes(Path.of(given[2])));
        String key = UUID.randomUUID().toString();
        String job = approvals.seal(Example.ORDER, files, key).path("job").asText();
        is(approvals.seal(Example.ORDER, files, key).path("job").asText().equals(job), "the same request again");
        Map<String, Object> other = new HashMap<>(Example.ORDER);
        other.put("ground", "another");
        refused("idempotency.reused", () -> approvals.seal(other, files, key));
        Client stranger = new Client(base, new Account("Q-APR-approvals", "another secret"));
        is(refused("caller.not-signed", () -> stranger.job(job)).status == 401, "401");
        // Nobody uses a seal alone: not who asked, and not with another key than the custodian's.
        JsonNode offer = custodian.offer(job);
        PrivateKey own = Example.custodianKey(secrets);
        KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
        keys.initialize(new ECGenParameterSpec("secp256r1"));
        PrivateKey foreign = keys.generateKeyPair().getPrivate();
        refused("release.refused", () -> custodian.release(offer, Example.signer(foreign), ALGORITHM));
        refused("caller.not-allowed", () -> approvals.release(offer, Example.signer(own), ALGORITHM));
        refused("not-found", () -> approvals.sealed(job));
        // A later hour than the offer's is another statement.
        ObjectNode later = offer.deepCopy();
        later.put("expires", offer.path("expires").asText().replaceFirst("20", "21"));
        refused("release.refused", () -> custodian.release(later, Example.signer(own), ALGORITHM));
        custodian.release(offer, Example.signer(own), ALGORITHM);
        refused("release.refused", () -> custodian.release(offer, Example.signer(own), ALGORITHM));
        byte[] sealed = approvals.sealed(job);
        Client anyone = new Client(base, null);
        is(anyone.verify(sealed).path("verdict").asText().equals("valid"), "valid");
        String text = new String(sealed, StandardCharsets.ISO_8859_1).replace("A letter of", "A ladder of");
        byte[] altered = text.getBytes(StandardCharsets.ISO_8859_1);
        is(anyone.verify(altered).path("verdict").asText().equals("invalid"), "altered");
        System.out.println("java: the client does what it says");
    }

    /** The same octets in every language's client. */
    private static void signatures() {
        Map<String, String> signed = new Account("Q-APR-approvals", "a secret of nobody").sign(
            "POST", "http://127.0.0.1:8080/v1/licences", "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:",
            "0123456789abcdef", 1_790_000_000L, "00112233445566778899aabb");
        is(signed.get("signature").equals("request=:9EC+hxFVP63RalW+ma7YIBGhIPwwXeaz8hNf+SQYSMs=:"), "signature");
        Form form = new Form().with("file", "a\"b\r\nc", new byte[] {'x'});
        is(new String(form.content(), StandardCharsets.UTF_8).contains("filename=\"a%22b%0D%0Ac\""), "form");
    }

    /** The problem of what has to be refused with this code. */
    private static Problem refused(String code, Callable<?> act) throws Exception {
        try {
            act.call();
        } catch (Problem problem) {
            is(problem.code.equals(code), problem.code + " instead of " + code);
            return problem;
        }
        throw new AssertionError(code + " is not refused");
    }

    private static void is(boolean so, String what) {
        if (!so) {
            throw new AssertionError(what);
        }
    }
}
