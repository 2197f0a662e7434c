"""Words that stand in every text and say nothing about it; they also tell which of the two languages a text is in.

The last line of each is what theses and teasers say of any project.
"""

ENGLISH = (
    "a about after against all also an and any are as at be been before both but by can do does each for from had has have "
    "how if in into is it its just less may more most must no not of off on one only or other our out over own per same "
    "should so some such than that the their them then there these they this those through to under until up upon us very "
    "was we well were what when where which while who will with within without would you your "
    "clear demo first make makes made need needs new next project projects work working works year years"
)
SWEDISH = (
    "alla allt andra att av bara blir både de dem den denna deras dess dessa det detta då efter eller en ett finns från får "
    "för förut genom ger gör ha hade han har hon hos hur här i inga ingen inom inte inför ju kan kring krävs man med mellan "
    "men mer mot måste mycket ned nu något någon några när och om oss på redan samma samt sin sina sitt ska skall som så "
    "till under upp ur ut utan vad var vara vi vid vilka vilken vill våra vår vårt än är även åt över "
    "arbetar behov behöver första ny nya nytt nästa projekt projektet projekten tydlig tydliga tydligt år åren"
)

ENGLISH_WORDS = frozenset(ENGLISH.split())
SWEDISH_WORDS = frozenset(SWEDISH.split())
COMMON_WORDS = ENGLISH_WORDS | SWEDISH_WORDS
