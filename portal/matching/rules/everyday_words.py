"""What theses and teasers call organs, illnesses and cells, beside the names of glossary and vocabulary.

Swedish writes in one word what English writes in two (hjärntumör, brain tumour), so that an organ inside a longer word has to
be named with it. Each line is one concept: that of the glossary or vocabulary with this id, or one of its own.
"""

from collections.abc import Mapping

LINES = """
neurology: nervous system, nervsystem, spinal cord, ryggmärg, ryggmärgsskada, nerve, nerv, nervcell, neuron, hjärntumör,
    hjärncancer, hjärnskada, hjärnsjukdom, Alzheimers sjukdom, multipel skleros, muskelsvaghet, neurological, neurologisk
ophthalmology: näthinnesjukdom, retinal disease, retinal, blindhet, blindness, hornhinna, hornhinnesjukdom, gula fläcken,
    makuladegeneration, synnerv, optic nerve, synförlust, vision loss, synnedsättning, ögonsjukdom
respiratory: lungsjukdom, lungsvikt, lungskada, lung injury, lungfibros, lungtransplantation, lungcancer, luftväg, luftrör,
    respiratory, andning, andningssvikt, andningsorgan
haematology: sicklecellsjukdom, sicklecellanemi, sickle cell, blodbrist, anemi, talassemi, blödarsjuka, hemofili, benmärg,
    immunbrist, medfödd immunbrist, blood cell, blodkropp, trombocyt, platelet, blodplätt, blodcancer, leukemi
oncology: hjärntumör, hjärncancer, glioblastom, neuroblastom, leukemi, lymfom, myelom, melanom, sarcoma, sarkom, carcinoma,
    solid tumör, bröstcancer, prostatacancer, bukspottkörtelcancer, äggstockscancer, lungcancer, levercancer, njurcancer,
    tjocktarmscancer, ändtarmscancer, hudcancer, blodcancer, barncancer, cancersjukdom, tumörsjukdom, metastas, metastasis
dermatology: skin cell, hudcell, hudsjukdom, hudtransplantat, hudcancer, keratinocyte, keratinocyt, burn injury, brännsår,
    svårläkt sår, svårläkta sår, wound, sår, sårläkning
cardiovascular: hjärta, hjärtsjukdom, heart disease, hjärtmuskel, heart muscle, cardiomyocyte, kardiomyocyt, kärlsjukdom,
    vascular disease, blood vessel, blodkärl, kärlkramp, ischemi
metabolic: typ 1-diabetes, insulin, betacell, beta cell, leversjukdom, liver, lysosomal inlagringssjukdom, inlagringssjukdom,
    enzyme deficiency, enzymbrist, hormone, hormon
musculoskeletal: bone fracture, benbrott, bendefekt, broskskada, cartilage injury, ledbrosk, knäled, knee joint,
    muskeldystrofi, muscle disease, muskelsjukdom, skelett, benskörhet, osteoporosis
immunology: autoimmun, autoimmun sjukdom, inflammatorisk, inflammatory, avstötning, rejection, reumatoid artrit,
    ledgångsreumatism, transplantat-mot-värdsjukdom, organtransplantation, organ transplantation
infectious_disease: virusinfektion, bacterial infection, bakterieinfektion, tuberkulos, infektionssjukdom
gastroenterology: bowel, intestine, intestinal, tarm, tarmsjukdom, inflammatory bowel disease, Crohns sjukdom, fistel, fistula,
    mag-tarm
orphan: rare disorder, rare, ultrarare, sällsynt, sällsynt sjukdom, sällsynt diagnos, ovanlig sjukdom
children: child, children, childhood, paediatric, pediatric, infant, newborn, barn, barndom, barnsjukdom, spädbarn, nyfödd, pediatrisk
inherited: inherited, hereditary, genetic disease, genetic disorder, congenital, monogenic, ärftlig, genetisk sjukdom, medfödd, monogen
t_cell: T cell, T-cell, T lymphocyte, T-lymfocyt
stem_cell: stem cell, stamcell, progenitor, progenitorcell
umbilical_cord: umbilical cord, cord blood, navelsträng, navelsträngsblod
fat_tissue: adipose, fat tissue, fettväv, fett
university: university, academic research, universitet, akademisk forskning, universitetsforskning
one_dose: single dose, one-time treatment, engångsdos, engångsbehandling, en enda dos
"""


def _names() -> Mapping[str, tuple[str, ...]]:
    whole_lines = LINES.replace("\n    ", " ").strip().splitlines()
    pairs = (line.split(":", 1) for line in whole_lines)
    return {concept: tuple(name.strip() for name in names.split(",")) for concept, names in pairs}


EVERYDAY_NAMES = _names()
