package judges;

import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.timedependent.TimeDependentValues;
import eu.europa.esig.dss.model.tsl.ParsingInfoRecord;
import eu.europa.esig.dss.model.tsl.TLInfo;
import eu.europa.esig.dss.model.tsl.TrustService;
import eu.europa.esig.dss.model.tsl.TrustServiceProvider;
import eu.europa.esig.dss.model.tsl.TrustServiceStatusAndInformationExtensions;
import eu.europa.esig.dss.model.tsl.ValidationInfoRecord;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.client.http.DSSFileLoader;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.tsl.job.TLValidationJob;
import eu.europa.esig.dss.tsl.source.TLSource;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What the European reference library's loader says of trusted lists, from files: nothing is fetched.
 *
 * <p>Standard input has a job a line, fields parted by tabs: the list; the certificates that may sign it (DER, a semicolon between
 * them); the moment at which it is asked for, RFC 3339.
 *
 * <p>Standard output has a line for each list, fields parted by tabs: the file; indication and sub-indication of its signature ({@code -}
 * where there is none); {@code fresh} or {@code stale}; what its structure lacks, by schema and edition, with a bar between; and each
 * service with a certificate as {@code type|state|from|until}, newest first, a space between them. A list that is not read has {@code
 * unreadable} in its second field.
 */
public final class TrustLists {
  private TrustLists() {}

  public static void main(String[] arguments) throws Exception {
    // The library writes of its own doings to whatever log there is; answers go to the real standard output.
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    BufferedReader jobs = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    List<TLSource> sources = new ArrayList<>();
    Map<String, Instant> asked = new LinkedHashMap<>();
    for (String line = jobs.readLine(); line != null; line = jobs.readLine()) {
      if (!line.isBlank()) {
        String[] fields = line.split("\t", -1);
        sources.add(source(fields[0], fields[1]));
        asked.put(fields[0], Instant.parse(fields[2]));
      }
    }
    TLValidationJob job = new TLValidationJob();
    job.setTrustedListSources(sources.toArray(new TLSource[0]));
    job.setOfflineDataLoader(new Files());
    // Its own threads would outlive their work by a minute.
    ExecutorService threads = Executors.newFixedThreadPool(2);
    job.setExecutorService(threads);
    job.offlineRefresh();
    threads.shutdown();
    Map<String, TLInfo> found = new HashMap<>();
    job.getSummary().getOtherTLInfos().forEach(one -> found.put(one.getUrl(), one));
    asked.forEach((file, at) -> answers.println(told(file, found.get(file), at)));
  }

  private static TLSource source(String file, String signers) throws Exception {
    CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (String signer : signers.split(";")) {
      try (InputStream octets = new FileInputStream(signer)) {
        trusted.addCertificate(new CertificateToken((X509Certificate) factory.generateCertificate(octets)));
      }
    }
    TLSource source = new TLSource();
    source.setUrl(file);
    source.setCertificateSource(trusted);
    source.setTLVersions(List.of(5, 6));
    return source;
  }

  private static String told(String file, TLInfo found, Instant at) {
    ParsingInfoRecord parsed = found.getParsingCacheInfo();
    if (parsed == null || parsed.isError() || !parsed.isResultExist()) {
      return file + "\tunreadable\t-\t-\t" + (parsed == null ? "-" : plain(parsed.getExceptionMessage())) + "\t";
    }
    ValidationInfoRecord judged = found.getValidationCacheInfo();
    String indication = "-";
    String sub = "-";
    if (judged != null && judged.isResultExist()) {
      indication = judged.getIndication().name();
      sub = judged.getSubIndication() == null ? "-" : judged.getSubIndication().name();
    }
    Date next = parsed.getNextUpdateDate();
    boolean stale = next == null || !next.toInstant().isAfter(at);
    List<String> structure = parsed.getStructureValidationMessages();
    return String.join(
        "\t",
        file,
        indication,
        sub,
        stale ? "stale" : "fresh",
        structure == null ? "" : plain(String.join(" | ", structure)),
        services(parsed));
  }

  private static String services(ParsingInfoRecord parsed) {
    List<String> all = new ArrayList<>();
    for (TrustServiceProvider provider : parsed.getTrustServiceProviders()) {
      for (TrustService service : provider.getServices()) {
        TimeDependentValues<TrustServiceStatusAndInformationExtensions> times =
            service.getStatusAndInformationExtensions();
        for (TrustServiceStatusAndInformationExtensions one : times) {
          for (CertificateToken ignored : service.getCertificates()) {
            all.add(
                String.join("|", one.getType(), one.getStatus(), when(one.getStartDate()), when(one.getEndDate())));
          }
        }
      }
    }
    return String.join(" ", all);
  }

  private static String when(Date date) {
    return date == null ? "-" : date.toInstant().toString();
  }

  private static String plain(String text) {
    return text == null ? "-" : text.replaceAll("[\\t\\r\\n]+", " ");
  }

  /** Lists from files, by path. */
  private static final class Files implements DSSFileLoader {
    private static final long serialVersionUID = 1L;

    @Override
    public DSSDocument getDocument(String path) {
      return new FileDocument(new File(path));
    }
  }
}
