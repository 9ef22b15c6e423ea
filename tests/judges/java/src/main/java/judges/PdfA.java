package judges;

import java.io.File;
import java.util.Set;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Judges files against PDF/A-3u: one line a file, `PASS path` or `FAIL path rules`.
 * Exit status 0 when all pass, 1 when one fails, 2 when one could not be read.
 */
public final class PdfA {
  private PdfA() {}

  public static void main(String[] files) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    PDFAFlavour flavour = PDFAFlavour.PDFA_3_U;
    int worst = 0;
    for (String name : files) {
      try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(name), flavour)) {
        PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false);
        ValidationResult result = validator.validate(parser);
        if (result.isCompliant()) {
          System.out.println("PASS " + name);
          continue;
        }
        Set<String> rules = new TreeSet<>();
        for (TestAssertion assertion : result.getTestAssertions()) {
          if (assertion.getStatus() == TestAssertion.Status.FAILED) {
            rules.add(
                assertion.getRuleId().getClause()
                    + "-" + assertion.getRuleId().getTestNumber()
                    + " " + assertion.getMessage()
                    + " @ " + assertion.getLocation().getContext());
          }
        }
        System.out.println("FAIL " + name + " " + String.join(" | ", rules));
        worst = Math.max(worst, 1);
      } catch (Exception unreadable) {
        System.out.println("FAIL " + name + " unreadable: " + unreadable);
        worst = 2;
      }
    }
    System.exit(worst);
  }
}
