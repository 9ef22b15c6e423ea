package yinxin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * One service, asked in the name of one account: signed requests (RFC 9421), seals, releases, licences, verdicts. Each method
 * names its route; shapes of requests and answers are those of {@code openapi.json}.
 */
public final class Client {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String base;
    private final Account account;
    // A signature is over one address: nothing is sent on to another.
    private final HttpClient http = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

    /**
     * @param base the service's public address without a path, such as {@code https://licences.example}
     * @param account in whose name; null for nobody
     */
    public Client(String base, Account account) {
        this.base = base.replaceAll("/+$", "");
        this.account = account;
    }

    /**
     * One request; throws {@link Problem} from status 400 on.
     *
     * @param content the octets, or null
     * @param kind their media type
     * @param key the idempotency key, or null
     */
    public byte[] call(String method, String path, byte[] content, String kind, String key) throws IOException, InterruptedException {
        String target = base + path;
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(target)).timeout(PATIENCE);
        String digest = null;
        if (content != null) {
            digest = "sha-256=:" + Base64.getEncoder().encodeToString(sha256(content)) + ":";
            request.header("content-type", kind).header("content-digest", digest);
        }
        if (key != null) {
            request.header("idempotency-key", key);
        }
        if (account != null) {
            account.sign(method, target, digest, key, Instant.now().getEpochSecond(), nonce()).forEach(request::header);
        }
        request.method(method, content == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(content));
        HttpResponse<byte[]> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() >= 300) {
            throw new Problem(answer.statusCode(), document(answer.body()));
        }
        return answer.body();
    }

    /** {@code POST /v1/seal-signatures}: asks for a seal on these files. Tells the job that waits. */
    public JsonNode seal(Object order, Map<String, byte[]> files, String key) throws IOException, InterruptedException {
        Form form = new Form().with("order", null, JSON.writeValueAsBytes(order));
        files.forEach((name, content) -> form.with("file", name, content));
        return JSON.readTree(call("POST", "/v1/seal-signatures", form.content(), form.kind(), key));
    }

    /** {@code GET /v1/seal-signatures/{job}/file}: the sealed document. */
    public byte[] sealed(String job) throws IOException, InterruptedException {
        return call("GET", "/v1/seal-signatures/" + part(job) + "/file", null, null, null);
    }

    /** {@code POST /v1/licences}: a decided case. Tells the job that waits, the identifier and the number. */
    public JsonNode issue(Object decided, String key) throws IOException, InterruptedException {
        ObjectNode content = JSON.createObjectNode().set("request", JSON.valueToTree(decided));
        return post("/v1/licences", content, key);
    }

    /** {@code GET /v1/licences/{identifier}/files/{form}}: the file, {@code pdf} or {@code ofd}. */
    public byte[] licence(String identifier, String form) throws IOException, InterruptedException {
        return call("GET", "/v1/licences/" + part(identifier) + "/files/" + part(form), null, null, null);
    }

    /** {@code GET /v1/jobs/{job}}: where a job stands. */
    public JsonNode job(String job) throws IOException, InterruptedException {
        return JSON.readTree(call("GET", "/v1/jobs/" + part(job), null, null, null));
    }

    /** {@code GET /v1/releases/{job}}: what a custodian is asked to release. */
    public JsonNode offer(String job) throws IOException, InterruptedException {
        return JSON.readTree(call("GET", "/v1/releases/" + part(job), null, null, null));
    }

    /** {@code GET /v1/releases/{job}/page}: the octets that will be sealed. */
    public byte[] page(String job) throws IOException, InterruptedException {
        return call("GET", "/v1/releases/" + part(job) + "/page", null, null, null);
    }

    /**
     * {@code POST /v1/releases/{job}}: releases exactly this offer.
     *
     * @param sign is given the octets of the offer's statement and gives the signature of the custodian's own key, ECDSA in DER
     */
    public JsonNode release(JsonNode offer, UnaryOperator<byte[]> sign, String algorithm) throws IOException, InterruptedException {
        byte[] signature = sign.apply(HexFormat.of().parseHex(offer.path("statement").asText()));
        ObjectNode content = JSON.createObjectNode()
            .put("expires", offer.path("expires").asText())
            .put("algorithm", algorithm)
            .put("signature", Base64.getEncoder().encodeToString(signature));
        return post("/v1/releases/" + part(offer.path("job").asText()), content, null);
    }

    /** {@code POST /v1/verifications}: the report on a file of any kind. */
    public JsonNode verify(byte[] content) throws IOException, InterruptedException {
        Form form = new Form().with("file", "file", content);
        return JSON.readTree(call("POST", "/v1/verifications", form.content(), form.kind(), null));
    }

    private JsonNode post(String path, JsonNode content, String key) throws IOException, InterruptedException {
        return JSON.readTree(call("POST", path, JSON.writeValueAsBytes(content), "application/json", key));
    }

    private static JsonNode document(byte[] octets) {
        try {
            JsonNode document = JSON.readTree(octets);
            return document == null ? JSON.createObjectNode() : document;
        } catch (IOException none) {
            return JSON.createObjectNode();
        }
    }

    private static String nonce() {
        byte[] octets = new byte[12];
        RANDOM.nextBytes(octets);
        return HexFormat.of().formatHex(octets);
    }

    private static String part(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (NoSuchAlgorithmException fault) {
            throw new IllegalStateException(fault);
        }
    }
}
