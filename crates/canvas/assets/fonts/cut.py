#!/usr/bin/env python3
"""Cuts the two fonts of this folder out of the Noto CJK collections. See ../README.md.

    python3 cut.py [--fonts DIR] [--unihan FILE]

Needs fontTools, Debian's fonts-noto-cjk and unicode-data. Same inputs, same bytes.
"""
import argparse, bz2, os
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, newTable

SIMPLIFIED = 2                      # index of the SC face in the collections
MAX_ERROR = 0.7                     # of 1000 units, cubic to quadratic
FACES = (("NotoSansCJK-Regular.ttc", "yinxin-hei.ttf", "Yinxin Hei"),
         ("NotoSerifCJK-Regular.ttc", "yinxin-song.ttf", "Yinxin Song"))
EXTRA = ("\u00a0·×÷±°²³µ§©®–—‘’“”…‰′″※℃№Ωαβγδμπ←↑→↓≈≠≤≥∞√①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
         "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ■□▲△●○◆◇★☆✓㎡㎥㎜㎝㎞㎎㎏㏄〇々〆﹪¥€£•・")


def wanted(unihan):
    chars = set(range(0x20, 0x7F)) | set(range(0xA1, 0x100)) | set(range(0x3000, 0x3018))
    chars |= set(range(0xFF01, 0xFF5F)) | {0xFFE5, 0xFFE0, 0xFFE1} | {ord(c) for c in EXTRA}
    for high in range(0xA1, 0xF8):                          # GB 2312
        for low in range(0xA1, 0xFF):
            try:
                chars.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                pass
    standard = set()                                        # Tongyong Guifan Hanzi Biao
    with bz2.open(unihan, "rt", encoding="utf-8") as lines:
        for line in lines:
            if "\tkTGH\t" in line:
                standard.add(int(line.split("\t")[0][2:], 16))
    assert len(standard) == 8105, len(standard)
    return chars | standard, standard


def to_quadratic(font):
    order, source = font.getGlyphOrder(), font.getGlyphSet()
    glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, {}
    for name in order:
        pen = TTGlyphPen(None)
        source[name].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        glyf.glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), glyf
    font["hmtx"].metrics = {n: (font["hmtx"].metrics[n][0], 0) for n in order}
    for name in order:
        glyph = glyf.glyphs[name]
        glyph.recalcBounds(glyf)
        left = getattr(glyph, "xMin", 0)
        font["hmtx"].metrics[name] = (font["hmtx"].metrics[name][0], left)
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in ("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs",
                  "maxStackElements", "maxSizeOfInstructions", "maxComponentElements",
                  "maxPoints", "maxContours", "maxCompositePoints", "maxCompositeContours",
                  "maxComponentDepth"):
        setattr(maxp, field, 0)
    maxp.maxZones = 1
    for tag in ("CFF ", "VORG"):
        if tag in font:
            del font[tag]
    font.sfntVersion = "\000\001\000\000"


def rename(font, name):
    table = font["name"]
    licence = [r.toUnicode() for r in table.names if r.nameID in (13,)][:1]
    notice = [r.toUnicode() for r in table.names if r.nameID in (0,)][:1]
    table.names = []
    post = name.replace(" ", "") + "-Regular"
    for number, text in ((0, "".join(notice)), (1, name), (2, "Regular"), (4, name),
                         (5, "Version 1.0; cut from Noto CJK SC"), (6, post),
                         (13, "".join(licence)), (14, "https://openfontlicense.org")):
        table.setName(text, number, 3, 1, 0x409)


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--fonts", default="/usr/share/fonts/opentype/noto")
    ask.add_argument("--unihan", default="/usr/share/unicode/Unihan_OtherMappings.txt.bz2")
    given = ask.parse_args()
    chars, standard = wanted(given.unihan)
    here = os.path.dirname(os.path.abspath(__file__))
    for collection, target, name in FACES:
        font = TTCollection(os.path.join(given.fonts, collection)).fonts[SIMPLIFIED]
        have = set(font.getBestCmap())
        assert not standard - have, "standard characters missing"
        options = Options(hinting=False, layout_features=[], name_IDs=["*"], notdef_outline=True,
                          drop_tables=["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "DSIG"],
                          recalc_timestamp=False, glyph_names=False)
        cutter = Subsetter(options)
        cutter.populate(unicodes=chars & have)
        cutter.subset(font)
        to_quadratic(font)
        rename(font, name)
        font["post"].formatType = 3.0
        font.recalcTimestamp = False
        path = os.path.join(here, target)
        font.save(path)
        print(target, len(font.getGlyphOrder()), "glyphs", os.path.getsize(path), "bytes;",
              "not in the source:", "".join(sorted(map(chr, chars - have))))


if __name__ == "__main__":
    main()
