package yinxin;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * {@code multipart/form-data} (RFC 7578). The same parts make the same octets: a request that is sent again under its
 * idempotency key is the same request.
 */
public final class Form {
    private final List<byte[]> parts = new ArrayList<>();

    /** Adds a part; {@code file} is the name of a file, or null. */
    public Form with(String name, String file, byte[] content) {
        String where = "form-data; name=\"" + name + "\"" + (file == null ? "" : "; filename=\"" + quoted(file) + "\"");
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        part.writeBytes(("Content-Disposition: " + where + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
        part.writeBytes(content);
        part.writeBytes(new byte[] {'\r', '\n'});
        parts.add(part.toByteArray());
        return this;
    }

    /** The media type. */
    public String kind() {
        return "multipart/form-data; boundary=" + boundary();
    }

    /** The octets. */
    public byte[] content() {
        byte[] line = ("--" + boundary()).getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(line);
            content.writeBytes(new byte[] {'\r', '\n'});
            content.writeBytes(part);
        }
        content.writeBytes(line);
        content.writeBytes(new byte[] {'-', '-', '\r', '\n'});
        return content.toByteArray();
    }

    private String boundary() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return HexFormat.of().formatHex(Client.sha256(all.toByteArray()));
    }

    /** RFC 7578 4.2: what would end the quoted name, or the line, is written as browsers write it. */
    private static String quoted(String name) {
        return name.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
    }
}
