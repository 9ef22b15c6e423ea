"""Stage documents: the programs that judge licences, and what pages that follow each other have to show.

A folder of the program `papers`: sealed files, `root.pem`, and `papers.json` with what stands in each. Every form
comes on one page and on several. Read with poppler: by the pages' content (`pdftotext -raw`) and by the structure tree
alone (`pdfinfo -struct-text`), which has to tell one table with each row once.
"""

import json
import os
import re

from programs import read, revision, run

FORMS = 6


def packed(text):
    return re.sub(r"\s+", "", text)


def found(judges, folder):
    """The documents, each with its path and, beside it, the file as it was before sealing."""
    papers = json.loads(read(os.path.join(folder, "papers.json")))
    for at, paper in enumerate(papers):
        paper["path"] = os.path.join(folder, paper["file"])
        paper["before"] = judges.file(f"paper-{at}.pdf", revision(read(paper["path"]), 0))
    return papers


def pages_of(path):
    text = run("pdftotext", "-raw", path, "-").stdout.decode(errors="replace")
    return [packed(page) for page in text.split("\f")[:-1]]


def judge_pages(pages):
    """Each page has its number and theirs; the date stands on the last, under text."""
    total = len(pages)
    for at, page in enumerate(pages, 1):
        if not page.endswith(f"第{at}页共{total}页"):
            return False, f"page {at} of {total} ends with {page[-20:]}"
    signed = ["特此告知。" in page and "行政审批服务局" in page for page in pages]
    return signed == [False] * (total - 1) + [True], f"the closing words and the office: {signed}"


def judge_rows(pages, paper):
    """Each row whole on one page, after the one before it; over the rows of each page their head."""
    at, place = 0, 0
    for what, said in paper["rows"]:
        row = packed(paper["list"] + what + said)
        while at < len(pages) and pages[at].find(row, place) < 0:
            at, place = at + 1, 0
        if at == len(pages):
            return False, f"not in its order: {row[:40]}"
        place = pages[at].find(row, place) + len(row)
    bare = [at for at, page in enumerate(pages) if paper["list"] in page and "类别" not in page.split(paper["list"])[0]]
    return not bare, f"rows under no head on pages {bare}"


def judge_tree(path, paper):
    """The structure tree: a heading, and one table whose first row alone is of heads, each the head of a column."""
    text = run("pdfinfo", "-struct-text", path).stdout.decode(errors="replace")
    rows, heads = [], 0
    for line in text.splitlines():
        word = line.strip()
        if word == "TR":
            rows.append([])
        elif word.startswith("TH"):
            heads += 1
        elif word.startswith("P (") or word.startswith("Form"):
            rows.append(None) if rows and rows[-1] is not None else None
        elif word.startswith('"') and rows and rows[-1] is not None:
            rows[-1].append(packed(word.strip('"')))
    rows = [row for row in rows if row is not None]
    wanted = [[packed(one) for one in (paper["list"], what, said)] for what, said in paper["rows"]]
    if len(re.findall(r"^ *Table \(", text, re.M)) != 1 or rows[1:] != wanted:
        return False, f"{len(rows)} rows of {len(wanted)} in the tree"
    scoped = text.count("/Scope /Column")
    return text.count("H1 (") == 1 and heads == scoped == len(rows[0]), f"{heads} heads, {scoped} of columns"


def judge(judges, folder, papers):
    roots = os.path.join(folder, "root.pem")
    paths = [paper["path"] for paper in papers]
    for path, said in judges.pyhanko("lt", paths, roots).items():
        judges.say("pyhanko-lt", path, said["accepted"], json.dumps(said, ensure_ascii=False))
    counts = []
    for paper in papers:
        path, pages = paper["path"], pages_of(paper["path"])
        counts.append(len(pages) > 1)
        judges.say("qpdf", path, *judges.qpdf(path))
        judges.say("poppler-text", path, *judges.text(path, paper["texts"]))
        judges.say("poppler-seal", path, *judges.seal(path, paper["before"], len(pages)))
        judges.say("paper-pages", path, *judge_pages(pages_of(paper["before"])))  # a seal's words follow the number
        judges.say("paper-rows", path, *judge_rows(pages, paper))
        judges.say("paper-tree", path, *judge_tree(path, paper))
    of_each = counts.count(True) == counts.count(False) == FORMS
    judges.say("paper-pages", folder, of_each, f"several pages: {counts}")


def proofs(papers):
    """The readings refuse what is not so."""
    paper = max(papers, key=lambda one: len(pages_of(one["path"])))
    pages = pages_of(paper["before"])
    swapped = paper | {"rows": [paper["rows"][1], paper["rows"][0], *paper["rows"][2:]]}
    return {
        "rows in another order are refused by poppler": not judge_rows(pages, swapped)[0],
        "a row that the tree lacks is refused by poppler":
            not judge_tree(paper["path"], paper | {"rows": [*paper["rows"], ["更多", "说明"]]})[0],
        "a document that lacks a page is refused by poppler": not judge_pages(pages[:-1])[0],
        "rows under no head are refused by poppler":
            not judge_rows([page.replace("类别", "") for page in pages], paper)[0],
    }
