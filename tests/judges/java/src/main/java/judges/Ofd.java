package judges;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.text.SimpleDateFormat;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.dom4j.Document;
import org.dom4j.Element;
import org.dom4j.io.SAXReader;
import org.ofdrw.core.signatures.SigType;
import org.ofdrw.gm.ses.parse.SESVersion;
import org.ofdrw.gm.ses.parse.VersionParser;
import org.ofdrw.gm.ses.v1.SES_ESPictrueInfo;
import org.ofdrw.gm.ses.v1.SES_Header;
import org.ofdrw.gm.ses.v1.SES_SignInfo;
import org.ofdrw.gm.ses.v4.SES_CertList;
import org.ofdrw.layout.OFDDoc;
import org.ofdrw.layout.element.Img;
import org.ofdrw.layout.element.Paragraph;
import org.ofdrw.reader.OFDReader;
import org.ofdrw.sign.ExtendSignatureContainer;
import org.ofdrw.sign.OFDSigner;
import org.ofdrw.sign.SignMode;
import org.ofdrw.sign.signContainer.GBT35275DSContainer;
import org.ofdrw.sign.signContainer.SESV1Container;
import org.ofdrw.sign.signContainer.SESV4Container;
import org.ofdrw.sign.stamppos.NormalStampPos;
import org.ofdrw.sign.verify.OFDValidator;
import org.ofdrw.sign.verify.SignedDataValidateContainer;
import org.ofdrw.sign.verify.container.GBT35275ValidateContainer;
import org.ofdrw.sign.verify.container.SESV1ValidateContainer;
import org.ofdrw.sign.verify.container.SESV4ValidateContainer;

/**
 * Judges OFD files with ofdrw and with a list of stricter checks that ofdrw itself does not make: a line
 * `JUDGED status path` for each, 0 both good, 1 only ofdrw refuses, 2 only the strict checks, 3 both. Also signs a file
 * with throw-away keys, whose CA goes to OUT.ca.pem.
 */
public final class Ofd {

    static final BouncyCastleProvider BC = new BouncyCastleProvider();
    static final ASN1ObjectIdentifier SM2_SM3 = GMObjectIdentifiers.sm2sign_with_sm3;
    static final SecureRandom RND = new SecureRandom();

    private Ofd() { }

    public static void main(String[] args) throws Exception {
        Security.addProvider(BC);
        if (args.length > 2 && args[0].equals("verify")) {
            for (int i = 1; i + 1 < args.length; i += 2) {
                Path ca = args[i + 1].equals("-") ? null : Paths.get(args[i + 1]);
                System.out.println("JUDGED " + verify(Paths.get(args[i]), ca) + " " + args[i]);
            }
        } else if (args.length > 3 && args[0].equals("sign")) {
            for (int i = 2; i + 1 < args.length; i += 2) {
                signOne(args[1], Paths.get(args[i]), Paths.get(args[i + 1]));
            }
        } else {
            System.err.println("usage: verify FILE.ofd CA.pem|- ...\n       sign v1|v4|gbt35275 IN.ofd OUT.ofd ...");
            System.exit(64);
        }
    }

    static void signOne(String kind, Path in, Path out) throws Exception {
        Ident ca = issue("C=CN,O=Interop Sample,CN=Throw-away Root", null, true);
        Ident maker = issue("C=CN,O=Interop Sample,CN=Throw-away Seal Maker", ca, false);
        Ident user = issue("C=CN,O=Interop Sample,CN=Throw-away Signer", ca, false);
        ExtendSignatureContainer c = switch (kind) {
            case "v1" -> new SESV1Container(user.key(), sealV1(maker, user.cert()), user.cert());
            case "v4" -> new SESV4Container(user.key(), sealV4(maker, user.cert(), false, false), user.cert());
            case "gbt35275" -> new GBT35275DSContainer(user.cert(), user.key());
            default -> throw new IllegalArgumentException(kind);
        };
        sign(in, out, c, SignMode.WholeProtected);
        writePem(Paths.get(out + ".ca.pem"), "CERTIFICATE", ca.cert().getEncoded());
        System.out.println("signed " + out);
    }

    // ---------------------------------------------------------------- keys and certificates

    record Ident(PrivateKey key, X509Certificate cert) { }

    static KeyPair newKey() throws Exception {
        KeyPairGenerator g = KeyPairGenerator.getInstance("EC", BC);
        g.initialize(new ECGenParameterSpec("sm2p256v1"), RND);
        return g.generateKeyPair();
    }

    static Ident issue(String dn, Ident issuer, boolean ca) throws Exception {
        KeyPair kp = newKey();
        X500Name subject = new X500Name(dn);
        X500Name issuerName = issuer == null ? subject
                : X500Name.getInstance(issuer.cert().getSubjectX500Principal().getEncoded());
        PrivateKey signKey = issuer == null ? kp.getPrivate() : issuer.key();
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        JcaX509v3CertificateBuilder b = new JcaX509v3CertificateBuilder(issuerName,
                new BigInteger(120, RND).setBit(120),
                Date.from(now.minus(1, ChronoUnit.DAYS)), Date.from(now.plus(3650, ChronoUnit.DAYS)),
                subject, kp.getPublic());
        JcaX509ExtensionUtils ext = new JcaX509ExtensionUtils();
        b.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        b.addExtension(Extension.keyUsage, true, new KeyUsage(ca
                ? KeyUsage.keyCertSign | KeyUsage.cRLSign
                : KeyUsage.digitalSignature | KeyUsage.nonRepudiation));
        b.addExtension(Extension.subjectKeyIdentifier, false, ext.createSubjectKeyIdentifier(kp.getPublic()));
        b.addExtension(Extension.authorityKeyIdentifier, false, ext.createAuthorityKeyIdentifier(
                issuer == null ? kp.getPublic() : issuer.cert().getPublicKey()));
        ContentSigner cs = new JcaContentSignerBuilder("SM3withSM2").setProvider(BC).build(signKey);
        X509Certificate c = new JcaX509CertificateConverter().setProvider(BC).getCertificate(b.build(cs));
        return new Ident(kp.getPrivate(), c);
    }

    static void writePem(Path p, String label, byte[] der) throws Exception {
        String body = Base64.getMimeEncoder(64, new byte[]{'\n'}).encodeToString(der);
        Files.writeString(p, "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
    }

    static byte[] sm2Sign(PrivateKey k, byte[] msg) throws Exception {
        Signature s = Signature.getInstance("SM3withSM2", BC);
        s.initSign(k);
        s.update(msg);
        return s.sign();
    }

    static boolean sm2Verify(X509Certificate c, byte[] msg, byte[] sig) {
        try {
            Signature s = Signature.getInstance("SM3withSM2", BC);
            s.initVerify(c.getPublicKey());
            s.update(msg);
            return s.verify(sig);
        } catch (Exception e) {
            return false;
        }
    }

    // ---------------------------------------------------------------- seal construction

    static byte[] ringPng() throws Exception {
        BufferedImage im = new BufferedImage(160, 160, BufferedImage.TYPE_INT_ARGB);
        Graphics2D g = im.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(new Color(0xD0, 0x10, 0x10));
        g.setStroke(new BasicStroke(6));
        g.drawOval(6, 6, 148, 148);
        int[] xs = new int[10];
        int[] ys = new int[10];
        for (int i = 0; i < 10; i++) {
            double r = i % 2 == 0 ? 34 : 13;
            double a = Math.toRadians(-90 + 36 * i);
            xs[i] = (int) Math.round(80 + r * Math.cos(a));
            ys[i] = (int) Math.round(80 + r * Math.sin(a));
        }
        g.fillPolygon(xs, ys, 10);
        g.dispose();
        ByteArrayOutputStream o = new ByteArrayOutputStream();
        ImageIO.write(im, "png", o);
        return o.toByteArray();
    }

    static SES_ESPictrueInfo picture() throws Exception {
        return new SES_ESPictrueInfo().setType("PNG").setData(ringPng()).setWidth(40).setHeight(40);
    }

    static String esId() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    static org.ofdrw.gm.ses.v4.SESeal sealV4(Ident maker, X509Certificate user, boolean byDigest, boolean badSig)
            throws Exception {
        Date now = new Date();
        Date end = Date.from(now.toInstant().plus(730, ChronoUnit.DAYS));
        ASN1EncodableVector v = new ASN1EncodableVector();
        ASN1Integer kind = new ASN1Integer(byDigest ? 2 : 1);
        if (byDigest) {
            ASN1EncodableVector d = new ASN1EncodableVector();
            d.add(new org.bouncycastle.asn1.DERPrintableString("SM3"));
            d.add(new DEROctetString(sm3(user.getEncoded())));
            v.add(new DERSequence(d));
        } else {
            v.add(new DEROctetString(user.getEncoded()));
        }
        org.ofdrw.gm.ses.v4.SES_ESPropertyInfo prop = new org.ofdrw.gm.ses.v4.SES_ESPropertyInfo()
                .setType(new ASN1Integer(1)).setName(new DERUTF8String("样例市行政审批局电子印章"))
                .setCertListType(kind).setCertList(SES_CertList.getInstance(kind, new DERSequence(v)))
                .setCreateDate(new ASN1GeneralizedTime(now)).setValidStart(new ASN1GeneralizedTime(now))
                .setValidEnd(new ASN1GeneralizedTime(end));
        org.ofdrw.gm.ses.v4.SES_SealInfo info = new org.ofdrw.gm.ses.v4.SES_SealInfo()
                .setHeader(new SES_Header(SES_Header.V4, new DERIA5String("ORACLE")))
                .setEsID(new DERIA5String(esId())).setProperty(prop).setPicture(picture());
        byte[] sig = sm2Sign(maker.key(), badSig ? "something else".getBytes() : info.getEncoded("DER"));
        return new org.ofdrw.gm.ses.v4.SESeal().seteSealInfo(info).setCert(maker.cert())
                .setSignAlgID(SM2_SM3).setSignedValue(sig);
    }

    static org.ofdrw.gm.ses.v1.SESeal sealV1(Ident maker, X509Certificate user) throws Exception {
        Date now = new Date();
        Date end = Date.from(now.toInstant().plus(730, ChronoUnit.DAYS));
        ASN1EncodableVector v = new ASN1EncodableVector();
        v.add(new DEROctetString(user.getEncoded()));
        org.ofdrw.gm.ses.v1.SES_ESPropertyInfo prop = new org.ofdrw.gm.ses.v1.SES_ESPropertyInfo()
                .setType(new ASN1Integer(1)).setName(new DERUTF8String("样例市行政审批局电子印章"))
                .setCertList(new DERSequence(v)).setCreateDate(new ASN1UTCTime(now))
                .setValidStart(new ASN1UTCTime(now)).setValidEnd(new ASN1UTCTime(end));
        org.ofdrw.gm.ses.v1.SES_SealInfo info = new org.ofdrw.gm.ses.v1.SES_SealInfo()
                .setHeader(new SES_Header(new ASN1Integer(1), new DERIA5String("ORACLE")))
                .setEsID(esId()).setProperty(prop).setPicture(picture());
        DEROctetString cert = new DEROctetString(maker.cert().getEncoded());
        byte[] sig = sm2Sign(maker.key(), v1SealTbs(info.toASN1Primitive(), cert, SM2_SM3));
        return new org.ofdrw.gm.ses.v1.SESeal(info, new SES_SignInfo().setCert(cert)
                .setSignatureAlgorithm(SM2_SM3).setSignData(sig));
    }

    static byte[] v1SealTbs(org.bouncycastle.asn1.ASN1Encodable info, org.bouncycastle.asn1.ASN1Encodable cert,
                            ASN1ObjectIdentifier alg) throws Exception {
        ASN1EncodableVector v = new ASN1EncodableVector();
        v.add(info);
        v.add(cert);
        v.add(alg);
        return new DERSequence(v).getEncoded("DER");
    }

    // ---------------------------------------------------------------- samples

    static void sign(Path in, Path out, ExtendSignatureContainer c, SignMode mode) throws Exception {
        try (OFDReader r = new OFDReader(in); OFDSigner s = new OFDSigner(r, out)) {
            s.setSignMode(mode);
            s.setSignContainer(c);
            if (c.getSignType() == SigType.Seal) {
                s.addApPos(new NormalStampPos(1, 120, 200, 40, 40));
            }
            s.exeSign();
        }
    }

    static Map<String, byte[]> unzip(Path p) throws Exception {
        Map<String, byte[]> m = new LinkedHashMap<>();
        try (InputStream in = Files.newInputStream(p); ZipInputStream z = new ZipInputStream(in)) {
            for (ZipEntry e; (e = z.getNextEntry()) != null; ) {
                if (!e.isDirectory() && m.put(e.getName().replace('\\', '/'), z.readAllBytes()) != null) {
                    System.out.println("WARN   duplicate package entry " + e.getName());
                }
            }
        }
        return m;
    }

    static byte[] sm3(byte[] d) throws Exception {
        return MessageDigest.getInstance("SM3", BC).digest(d);
    }

    // ---------------------------------------------------------------- verification

    static int verify(Path file, Path caFile) throws Exception {
        int failed = 0;
        try (OFDReader r = new OFDReader(file); OFDValidator v = new OFDValidator(r)) {
            v.setValidator((SignedDataValidateContainer) (type, alg, tbs, sv) -> {
                if (type == SigType.Sign) {
                    new GBT35275ValidateContainer().validate(type, alg, tbs, sv);
                } else if (VersionParser.parseSES_SignatureVersion(sv).getVersion() == SESVersion.v1) {
                    new SESV1ValidateContainer().validate(type, alg, tbs, sv);
                } else {
                    new SESV4ValidateContainer().validate(type, alg, tbs, sv);
                }
            });
            v.exeValidate();
            System.out.println("OFDRW  OK");
        } catch (Throwable t) {
            System.out.println("OFDRW  FAILED " + t.getClass().getSimpleName() + ": " + t.getMessage());
            failed = 1;
        }
        List<String> problems;
        try {
            problems = strict(file, caFile);
        } catch (Throwable t) {
            problems = List.of("cannot analyse: " + t);
        }
        for (String p : problems) {
            System.out.println("STRICT " + p);
        }
        System.out.println(problems.isEmpty() ? "STRICT OK" : "STRICT FAILED");
        return failed | (problems.isEmpty() ? 0 : 2);
    }

    static Element xml(byte[] d) throws Exception {
        SAXReader r = new SAXReader();
        r.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Document doc = r.read(new ByteArrayInputStream(d));
        return doc.getRootElement();
    }

    static String resolve(String base, String loc) {
        loc = loc.trim();
        String full = loc.startsWith("/") ? loc.substring(1)
                : (base.contains("/") ? base.substring(0, base.lastIndexOf('/') + 1) : "") + loc;
        return Paths.get(full).normalize().toString().replace('\\', '/');
    }

    static X509Certificate cert(byte[] der) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509", BC)
                .generateCertificate(new ByteArrayInputStream(der));
    }

    static List<String> strict(Path file, Path caFile) throws Exception {
        List<String> bad = new ArrayList<>();
        X509Certificate ca = caFile == null ? null : cert(Files.readAllBytes(caFile));
        Map<String, byte[]> zip = unzip(file);
        Element body = xml(zip.get("OFD.xml")).element("DocBody");
        String sigsLoc = body.elementText("Signatures");
        if (sigsLoc == null) {
            return List.of("no signature list");
        }
        sigsLoc = resolve("OFD.xml", sigsLoc);
        List<String> covered = new ArrayList<>();
        List<String> own = new ArrayList<>(List.of(sigsLoc));
        for (Object o : xml(zip.get(sigsLoc)).elements("Signature")) {
            Element rec = (Element) o;
            String loc = resolve(sigsLoc, rec.attributeValue("BaseLoc"));
            String tag = "[" + rec.attributeValue("ID") + " " + rec.attributeValue("Type", "Seal") + "] ";
            byte[] sigXml = zip.get(loc);
            Element sig = xml(sigXml);
            Element refs = sig.element("SignedInfo").element("References");
            String svLoc = resolve(loc, sig.elementText("SignedValue"));
            own.add(loc);
            own.add(svLoc);
            Element seal = sig.element("SignedInfo").element("Seal");
            System.out.println("INFO   " + tag + "method=" + sig.element("SignedInfo").elementText("SignatureMethod")
                    + " check=" + refs.attributeValue("CheckMethod") + " time="
                    + sig.element("SignedInfo").elementText("SignatureDateTime"));
            for (Object ro : refs.elements("Reference")) {
                Element ref = (Element) ro;
                String f = resolve(loc, ref.attributeValue("FileRef"));
                covered.add(f);
                byte[] data = zip.get(f);
                if (data == null) {
                    bad.add(tag + "referenced file absent: " + f);
                } else if (!Arrays.equals(sm3(data), Base64.getDecoder().decode(ref.elementText("CheckValue").trim()))) {
                    bad.add(tag + "digest differs: " + f);
                }
            }
            if (!"Sign".equals(rec.attributeValue("Type"))) {
                byte[] esl = null;
                if (seal != null) {
                    String eslLoc = resolve(loc, seal.elementText("BaseLoc"));
                    esl = zip.get(eslLoc);
                }
                strictSeal(tag, sigXml, zip.get(svLoc), esl, "/" + loc, ca, bad);
            }
        }
        for (String name : zip.keySet()) {
            if (!covered.contains(name) && !own.contains(name)) {
                bad.add("file not covered by any signature: " + name);
            }
        }
        return bad;
    }

    static void strictSeal(String tag, byte[] sigXml, byte[] sv, byte[] esl, String path, X509Certificate ca,
                           List<String> bad) throws Exception {
        ASN1Sequence top = ASN1Sequence.getInstance(sv);
        boolean v1 = top.size() == 2;
        ASN1Sequence tbs = ASN1Sequence.getInstance(top.getObjectAt(0));
        ASN1Sequence eseal = ASN1Sequence.getInstance(tbs.getObjectAt(1));
        ASN1Sequence info = ASN1Sequence.getInstance(eseal.getObjectAt(0));
        ASN1Sequence prop = ASN1Sequence.getInstance(info.getObjectAt(2));
        byte[] signerDer = ASN1OctetString.getInstance(v1 ? tbs.getObjectAt(5) : top.getObjectAt(1)).getOctets();
        byte[] sigVal = DERBitString.getInstance(top.getObjectAt(v1 ? 1 : 3)).getOctets();
        X509Certificate signer = cert(signerDer);
        if (!sm2Verify(signer, tbs.getEncoded("DER"), sigVal)) {
            bad.add(tag + "signature over TBS_Sign is wrong");
        }
        if (!Arrays.equals(sm3(sigXml), DERBitString.getInstance(tbs.getObjectAt(3)).getOctets())) {
            bad.add(tag + "dataHash does not match Signature.xml");
        }
        String property = DERIA5String.getInstance(tbs.getObjectAt(4)).getString();
        if (!property.equals(path)) {
            bad.add(tag + "propertyInfo '" + property + "' is not the path of Signature.xml");
        }
        byte[] makerDer;
        byte[] sealTbs;
        byte[] sealSig;
        if (v1) {
            ASN1Sequence si = ASN1Sequence.getInstance(eseal.getObjectAt(1));
            makerDer = ASN1OctetString.getInstance(si.getObjectAt(0)).getOctets();
            sealTbs = v1SealTbs(info, si.getObjectAt(0), ASN1ObjectIdentifier.getInstance(si.getObjectAt(1)));
            sealSig = DERBitString.getInstance(si.getObjectAt(2)).getOctets();
        } else {
            makerDer = ASN1OctetString.getInstance(eseal.getObjectAt(1)).getOctets();
            sealTbs = info.getEncoded("DER");
            sealSig = DERBitString.getInstance(eseal.getObjectAt(3)).getOctets();
        }
        X509Certificate maker = cert(makerDer);
        if (!sm2Verify(maker, sealTbs, sealSig)) {
            bad.add(tag + "seal maker's signature is wrong");
        }
        boolean listed = false;
        ASN1Sequence list = ASN1Sequence.getInstance(prop.getObjectAt(v1 ? 2 : 3));
        boolean digests = !v1 && ASN1Integer.getInstance(prop.getObjectAt(2)).getValue().intValue() == 2;
        for (int i = 0; i < list.size(); i++) {
            if (digests) {
                ASN1Sequence d = ASN1Sequence.getInstance(list.getObjectAt(i));
                listed |= Arrays.equals(sm3(signerDer), ASN1OctetString.getInstance(d.getObjectAt(1)).getOctets());
            } else {
                listed |= Arrays.equals(signerDer, ASN1OctetString.getInstance(list.getObjectAt(i)).getOctets());
            }
        }
        if (!listed) {
            bad.add(tag + "signer certificate is not in the seal's list");
        }
        Date when = null;
        Date from;
        Date to;
        if (v1) {
            from = ASN1UTCTime.getInstance(prop.getObjectAt(4)).getDate();
            to = ASN1UTCTime.getInstance(prop.getObjectAt(5)).getDate();
            String t = new String(DERBitString.getInstance(tbs.getObjectAt(2)).getOctets(), StandardCharsets.UTF_8);
            try {
                SimpleDateFormat f = new SimpleDateFormat("yyyy-MM-dd HH:mm:ss");
                f.setTimeZone(TimeZone.getDefault());
                when = f.parse(t);
            } catch (Exception e) {
                System.out.println("INFO   " + tag + "V1 timeInfo is not plain text; time checks left out");
            }
        } else {
            from = ASN1GeneralizedTime.getInstance(prop.getObjectAt(5)).getDate();
            to = ASN1GeneralizedTime.getInstance(prop.getObjectAt(6)).getDate();
            when = ASN1GeneralizedTime.getInstance(tbs.getObjectAt(2)).getDate();
        }
        if (when != null) {
            if (when.before(new Date(from.getTime() / 1000 * 1000)) || when.after(to)) {
                bad.add(tag + "signing time outside the seal's validity");
            }
            if (when.before(signer.getNotBefore()) || when.after(signer.getNotAfter())) {
                bad.add(tag + "signing time outside the signer certificate's validity");
            }
        }
        boolean[] ku = signer.getKeyUsage();
        if (ku != null && !ku[0] && !ku[1]) {
            bad.add(tag + "signer certificate may not sign");
        }
        if (ca != null) {
            for (X509Certificate c : List.of(signer, maker)) {
                try {
                    c.verify(ca.getPublicKey(), BC);
                } catch (Exception e) {
                    bad.add(tag + "not issued by the given CA: " + c.getSubjectX500Principal());
                }
            }
        }
        if (esl != null && !Arrays.equals(esl, eseal.getEncoded("DER"))) {
            bad.add(tag + "Seal.esl differs from the seal inside SignedValue.dat");
        }
        System.out.println("INFO   " + tag + (v1 ? "V1" : "V" + ASN1Integer.getInstance(
                ASN1Sequence.getInstance(info.getObjectAt(0)).getObjectAt(1))) + " seal="
                + DERUTF8String.getInstance(prop.getObjectAt(1)).getString() + " signer="
                + signer.getSubjectX500Principal() + " time=" + when);
    }
}
