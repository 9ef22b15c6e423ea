# Text shown to people, in English. Keys are English; the other language has the same keys.
language = English
other-language = 简体中文
service = Yinxin · licence check
sample-note = Demonstration: every licence is a sample without legal effect.

home-title = Check an electronic licence
home-lead = Put the licence file here, or scan the code at the top right of the licence. No account is needed; the file is not kept.
home-how-title = What can be checked
home-how-pdf = a licence as a PDF under an electronic seal
home-how-code = the text of the printed code, beginning with LC1:
home-how-link = the link printed on the licence
home-offline = Without a network use the offline tool yinxin-verify.

verify-title = Check a file
verify-file = Choose a file (PDF or CMS, at most { $limit })
verify-code = or paste the text of a printed code
verify-submit = Check
verify-nothing = Choose a file, or paste the text of a code.
verify-again = Check another
verify-kept = The file is judged in memory and then forgotten.

verdict-asked = Asked at { $at } (Beijing time)
verdict-why = Why
verdict-details = Technical details
verdict-signatures = Signatures
verdict-signer = Signer
verdict-time = Time of signature
verdict-source = Source of the time
verdict-covers = Covers
verdict-changes = Changes after it
verdict-none = none
verdict-code = Code
verdict-clause = Clause

sign-good = Valid
sign-bad = Not valid
sign-unsure = Cannot say

licence-title = Licence
licence-type = Type
licence-holder = Holder
licence-issuer = Issued by
licence-valid-from = Valid from
licence-valid-to = Valid to
licence-state = State now
licence-asked = Asked at { $at } (Beijing time)
licence-least = This page shows what is public, and no more. The whole stands in the licence file.
licence-check = Check the licence file
licence-unknown = No such licence was found
licence-unknown-what = The link may have been copied wrongly, or the licence was not issued here. Compare it with the code at the top right, or check the file itself.

state-valid = valid
state-not_yet_valid = not yet valid
state-suspended = suspended
state-expired = expired
state-superseded = superseded by a newer version
state-deregistered = ended: deregistered
state-annulled = ended: annulled
state-withdrawn = ended: withdrawn
state-revoked = ended: revoked
state-void = void
state-unknown = not found

problem-title = This could not be done now
problem-too-large = The file is larger than { $limit } and was not judged. Use the offline tool instead.
problem-busy = Many files are being judged. Please try again in a moment.
problem-unreadable = The file did not arrive whole. Please choose it again.
problem-back = Back

covers-whole_file = the whole file
covers-revision = the revision it sealed
covers-part = a part of the file
source-token = trusted time-stamp
source-claimed = the signer's own word

# Reasons, by the first part of their code.
reason-change = Change after sealing
reason-checkpoint = Log checkpoint
reason-cms = Signature message
reason-code = Printed code
reason-crl = Revocation list
reason-finding = Other findings
reason-input = The file
reason-leaf = Log entry
reason-licence = Licence data
reason-limit = Limit of checking
reason-material = Status material
reason-note = Log signature
reason-ocsp = Certificate status
reason-path = Certificate chain
reason-pdf = PDF structure
reason-proof = Log proof
reason-receipt = Log receipt
reason-revocation = Revocation
reason-signature = Signature
reason-status = State of the licence
reason-time = Time
reason-trust = Trust
reason-tsp = Time-stamp
verdict-moment = { $at } (Beijing time)
