package judges;

import eu.europa.esig.validationreport.ValidationReportUtils;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.Validator;

/**
 * Whether reports keep the schema of ETSI TS 119 102-2, as the European reference library carries it with all that it
 * imports: nothing is fetched.
 *
 * <p>Arguments: XML files. Standard output has a line for each, {@code valid} or {@code invalid}, a tab, the file, a tab, why; last
 * {@code N valid}. Exit status 1 where one is not.
 */
public final class Reports {
  private Reports() {}

  public static void main(String[] files) throws Exception {
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    Schema schema = ValidationReportUtils.getInstance().getSchema();
    int valid = 0;
    for (String file : files) {
      String why = refusal(schema, new File(file));
      answers.println((why.isEmpty() ? "valid" : "invalid") + "\t" + file + "\t" + why);
      valid += why.isEmpty() ? 1 : 0;
    }
    answers.println(valid + " valid");
    System.exit(valid == files.length ? 0 : 1);
  }

  /** Identifiers are unique and every reference leads somewhere: that too is the schema's (xs:ID, xs:IDREFS). */
  private static String refusal(Schema schema, File file) {
    Validator validator = schema.newValidator();
    try {
      validator.validate(new StreamSource(file));
      return "";
    } catch (Exception refused) {
      return String.valueOf(refused.getMessage()).replaceAll("\\s+", " ");
    }
  }
}
