package judges;

import eu.europa.esig.dss.enumerations.Indication;
import eu.europa.esig.dss.enumerations.SubIndication;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSSecurityProvider;
import eu.europa.esig.dss.spi.validation.CertificateVerifier;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonCertificateSource;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.ExternalResourcesOCSPSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/**
 * What the European reference library says of signed files, offline: nothing is fetched.
 *
 * <p>Standard input has a job a line, fields parted by tabs; a field of several files has a semicolon between them, and fields at the
 * end may be missing:
 *
 * <ol>
 *   <li>the signed file
 *   <li>trusted certificates (PEM with any number, or DER)
 *   <li>material: further certificates (.pem .crt .cer .der), lists (.crl), answers (.ocsp), evidence records (.ers)
 *   <li>detached content
 *   <li>the moment of judging, RFC 3339; now where empty
 *   <li>a policy of the library (XML); its own where empty
 *   <li>a folder for its detailed, simple, diagnostic and ETSI reports, as NAME.detailed.xml and so on
 * </ol>
 *
 * <p>Standard output has a line for each signature, lone time-stamp and evidence record, fields parted by tabs: the file, {@code
 * signature | timestamp | evidence-record}, its place from 0, indication, sub-indication ({@code -} where there is none), level or type,
 * errors in the library's words. A file in which it finds nothing has one line, {@code none}; one that it cannot read, {@code unreadable}.
 */
public final class Dss {
  private Dss() {}

  public static void main(String[] arguments) throws Exception {
    // The library writes of its own doings to whatever log there is; answers go to the real standard output.
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    BufferedReader jobs = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = jobs.readLine(); line != null; line = jobs.readLine()) {
      if (line.isBlank()) {
        continue;
      }
      Job job = new Job(line.split("\t", -1));
      try {
        judge(job, answers);
      } catch (Exception unreadable) {
        answers.println(String.join("\t", job.field(0), "unreadable", "0", "-", "-", "-", told(unreadable)));
      }
    }
  }

  private record Job(String[] fields) {
    String field(int place) {
      return place < fields.length ? fields[place].trim() : "";
    }

    List<String> files(int place) {
      String field = field(place);
      return field.isEmpty() ? List.of() : List.of(field.split(";"));
    }
  }

  private static void judge(Job job, PrintStream answers) throws Exception {
    SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(job.field(0)));
    validator.setCertificateVerifier(verifier(job, validator));
    List<DSSDocument> detached = new ArrayList<>();
    for (String name : job.files(3)) {
      detached.add(new FileDocument(name));
    }
    if (!detached.isEmpty()) {
      validator.setDetachedContents(detached);
    }
    if (!job.field(4).isEmpty()) {
      validator.setValidationTime(Date.from(Instant.parse(job.field(4))));
    }
    Reports reports =
        job.field(5).isEmpty()
            ? validator.validateDocument()
            : validator.validateDocument(new File(job.field(5)));
    tell(job.field(0), reports.getSimpleReport(), answers);
    if (!job.field(6).isEmpty()) {
      keep(job, reports);
    }
  }

  private static CertificateVerifier verifier(Job job, SignedDocumentValidator validator) throws Exception {
    CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
    for (String name : job.files(1)) {
      certificates(name).forEach(trusted::addCertificate);
    }
    CommonCertificateSource adjunct = new CommonCertificateSource();
    List<String> lists = new ArrayList<>();
    List<String> statuses = new ArrayList<>();
    List<DSSDocument> records = new ArrayList<>();
    for (String name : job.files(2)) {
      if (name.endsWith(".crl")) {
        lists.add(name);
      } else if (name.endsWith(".ocsp")) {
        statuses.add(name);
      } else if (name.endsWith(".ers")) {
        records.add(new FileDocument(name));
      } else {
        certificates(name).forEach(adjunct::addCertificate);
      }
    }
    CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
    verifier.setTrustedCertSources(trusted);
    verifier.setAdjunctCertSources(adjunct);
    // What is given counts as had online: the library takes it for certificates that carry no status of their own.
    if (!lists.isEmpty()) {
      verifier.setCrlSource(new ExternalResourcesCRLSource(streams(lists)));
    }
    if (!statuses.isEmpty()) {
      verifier.setOcspSource(new ExternalResourcesOCSPSource(streams(statuses)));
    }
    if (!records.isEmpty()) {
      validator.setDetachedEvidenceRecordDocuments(records);
    }
    return verifier;
  }

  private static InputStream[] streams(List<String> names) throws Exception {
    InputStream[] opened = new InputStream[names.size()];
    for (int place = 0; place < opened.length; place++) {
      opened[place] = new ByteArrayInputStream(Files.readAllBytes(Path.of(names.get(place))));
    }
    return opened;
  }

  private static List<CertificateToken> certificates(String name) throws Exception {
    List<CertificateToken> found = new ArrayList<>();
    try (InputStream octets = new FileInputStream(name)) {
      for (java.security.cert.Certificate read :
          CertificateFactory.getInstance("X.509", DSSSecurityProvider.getSecurityProvider())
              .generateCertificates(octets)) {
        found.add(new CertificateToken((java.security.cert.X509Certificate) read));
      }
    }
    return found;
  }

  private static void tell(String file, SimpleReport report, PrintStream answers) {
    int place = 0;
    for (String id : report.getSignatureIdList()) {
      String level = String.valueOf(report.getSignatureFormat(id));
      line(answers, file, "signature", place++, report, id, level);
    }
    int stamp = 0;
    for (String id : report.getTimestampIdList()) {
      line(answers, file, "timestamp", stamp++, report, id, "-");
    }
    int record = 0;
    for (String id : report.getEvidenceRecordIdList()) {
      line(answers, file, "evidence-record", record++, report, id, "-");
    }
    if (place + stamp + record == 0) {
      answers.println(String.join("\t", file, "none", "0", "-", "-", "-", ""));
    }
  }

  private static void line(
      PrintStream answers, String file, String kind, int place, SimpleReport report, String id, String level) {
    Indication indication = report.getIndication(id);
    SubIndication sub = report.getSubIndication(id);
    List<String> errors = new ArrayList<>();
    report.getAdESValidationErrors(id).forEach(message -> errors.add(message.getValue()));
    answers.println(
        String.join(
            "\t", file, kind, String.valueOf(place), String.valueOf(indication), sub == null ? "-" : sub.name(), level,
            String.join(" | ", errors)));
  }

  private static void keep(Job job, Reports reports) throws Exception {
    Path folder = Path.of(job.field(6));
    Files.createDirectories(folder);
    String name = Path.of(job.field(0)).getFileName().toString();
    Files.writeString(folder.resolve(name + ".detailed.xml"), reports.getXmlDetailedReport());
    Files.writeString(folder.resolve(name + ".simple.xml"), reports.getXmlSimpleReport());
    Files.writeString(folder.resolve(name + ".diagnostic.xml"), reports.getXmlDiagnosticData());
    Files.writeString(folder.resolve(name + ".etsi.xml"), reports.getXmlValidationReport());
  }

  private static String told(Exception fault) {
    return String.valueOf(fault).replaceAll("\\s+", " ");
  }
}
