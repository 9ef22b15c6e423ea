// Certificates by zlint: each file named is one in DER. Of its rules those of standards count, and those of its
// community; what browsers and their forum ask of certificates of the web is not asked of these.
package main

import (
	"fmt"
	"os"

	"github.com/zmap/zcrypto/x509"
	"github.com/zmap/zlint/v3"
	"github.com/zmap/zlint/v3/lint"
)

var sources = lint.SourceList{
	lint.RFC3279, lint.RFC5280, lint.RFC5480, lint.RFC5891, lint.RFC6962, lint.RFC8813, lint.EtsiEsi, lint.Community,
}

func main() {
	rules, err := lint.GlobalRegistry().Filter(lint.FilterOptions{IncludeSources: sources})
	if err != nil {
		fmt.Println(err)
		os.Exit(64)
	}
	found := 0
	for _, path := range os.Args[1:] {
		der, err := os.ReadFile(path)
		if err != nil {
			fmt.Println(err)
			os.Exit(64)
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			found++
			fmt.Println(path, "unreadable", err)
			continue
		}
		for name, result := range zlint.LintCertificateEx(certificate, rules).Results {
			if result.Status > lint.Pass {
				found++
				fmt.Println(path, name, result.Status, result.Details)
			}
		}
	}
	fmt.Printf("%d rules, %d certificates, %d findings\n", len(rules.Names()), len(os.Args)-1, found)
	if found > 0 {
		os.Exit(1)
	}
}
