package judges;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.Security;
import java.util.Arrays;

import org.ofdrw.reader.OFDReader;
import org.ofdrw.sign.SignMode;
import org.ofdrw.sign.signContainer.SESV4Container;
import org.ofdrw.sign.verify.OFDValidator;
import org.ofdrw.sign.verify.container.SESV4ValidateContainer;

/**
 * What ofdrw needs to seal a package (V4, SM2) and to verify what it sealed, warmed up, in milliseconds: the middle of some
 * rounds. Files in, files out, as ofdrw has it.
 *
 * <pre>OfdSpeed ROUNDS FILE.ofd...</pre>
 */
public final class OfdSpeed {

    private OfdSpeed() { }

    interface Act {
        void run() throws Exception;
    }

    public static void main(String[] args) throws Exception {
        Security.addProvider(Ofd.BC);
        int rounds = Integer.parseInt(args[0]);
        Ofd.Ident ca = Ofd.issue("C=CN,O=Interop Sample,CN=Throw-away Root", null, true);
        Ofd.Ident maker = Ofd.issue("C=CN,O=Interop Sample,CN=Throw-away Seal Maker", ca, false);
        Ofd.Ident user = Ofd.issue("C=CN,O=Interop Sample,CN=Throw-away Signer", ca, false);
        var seal = Ofd.sealV4(maker, user.cert(), false, false);
        for (String name : Arrays.copyOfRange(args, 1, args.length)) {
            Path in = Paths.get(name);
            Path out = Files.createTempFile("sealed", ".ofd");
            double sealed = middle(rounds, () -> {
                Files.deleteIfExists(out);
                Ofd.sign(in, out, new SESV4Container(user.key(), seal, user.cert()), SignMode.WholeProtected);
            });
            double verified = middle(rounds, () -> {
                try (OFDReader r = new OFDReader(out); OFDValidator v = new OFDValidator(r)) {
                    v.setValidator(new SESV4ValidateContainer());
                    v.exeValidate();
                }
            });
            Files.delete(out);
            System.out.printf("%s: sealed %.2f ms, verified %.2f ms%n", in.getFileName(), sealed, verified);
        }
    }

    /** As many rounds before the ones that count, so that the compiler has done its part. */
    static double middle(int rounds, Act act) throws Exception {
        double[] took = new double[rounds];
        for (int round = 0; round < 2 * rounds; round++) {
            long begin = System.nanoTime();
            act.run();
            took[round % rounds] = (System.nanoTime() - begin) / 1e6;
        }
        Arrays.sort(took);
        return took[rounds / 2];
    }
}
