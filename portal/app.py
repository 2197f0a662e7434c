"""The application: the only file that knows all rooms."""

from pathlib import Path

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from portal.accounts import assistance, codes, labels, passkeys, presence, security
from portal.accounts import queries as accounts
from portal.accounts import sentences as account_sentences
from portal.accounts import views as account_pages
from portal.bookings import belonging
from portal.bookings import sentences as booking_sentences
from portal.bookings import views as booking_pages
from portal.calendars import sentences as calendar_sentences
from portal.calendars import views as calendar_pages
from portal.campaigns import sentences as campaign_sentences
from portal.campaigns import views as campaign_pages
from portal.charges import views as charge_pages
from portal.config import ROOT, Settings, TextSimilarity
from portal.core import clock
from portal.core.actors import Actor
from portal.facilities import queries as facilities
from portal.facilities import sentences as facility_sentences
from portal.facilities import views as facility_pages
from portal.files import sentences as file_sentences
from portal.files import storage
from portal.gates import sentences as gate_sentences
from portal.gates import views as gate_pages
from portal.help import views as help_pages
from portal.home import navigation, visits
from portal.home import views as home_pages
from portal.jobs import views as job_pages
from portal.jobs import words as job_words
from portal.jobs.handlers import WORK
from portal.mail import delivery, writing
from portal.matching import lexicon
from portal.matching import sentences as matching_sentences
from portal.matching import views as matching_pages
from portal.matching import words as matching_words
from portal.matching.meaning import similarity_for
from portal.notifications import views as message_pages
from portal.notifications import words as message_words
from portal.partners import sentences as partner_sentences
from portal.partners import views as partner_pages
from portal.projects import sentences as projects
from portal.projects import tabs
from portal.projects import views as project_pages
from portal.reference import sentences as reference
from portal.reference import views as reference_pages
from portal.reference import vocabulary
from portal.roadmap import sentences as roadmap_sentences
from portal.roadmap import tabs as roadmap_tabs
from portal.roadmap import views as roadmap_pages
from portal.search import keeping
from portal.search import views as search_pages
from portal.segregation import sentences as segregation_sentences
from portal.segregation import views as segregation_pages
from portal.signatures import sentences as signature_sentences
from portal.store import connect_arguments, db, prepare_engine
from portal.web import actors, asking, assets, errors, filters, headers, limits, locale, sentences, ways
from portal.web import views as web
from portal.work import kinds

BIGGEST_ID = 2**31 - 1
SENTENCES = (
    sentences.SENTENCES,
    file_sentences.SENTENCES,
    account_sentences.SENTENCES,
    signature_sentences.SENTENCES,
    reference.SENTENCES,
    projects.SENTENCES,
    facility_sentences.SENTENCES,
    segregation_sentences.SENTENCES,
    gate_sentences.SENTENCES,
    partner_sentences.SENTENCES,
    booking_sentences.SENTENCES,
    calendar_sentences.SENTENCES,
    campaign_sentences.SENTENCES,
    message_words.SENTENCES,
    job_words.SENTENCES,
    matching_sentences.SENTENCES,
    roadmap_sentences.SENTENCES,
)
"""What every room says to its reasons."""

PAGES = (
    web.bp,
    reference_pages.bp,
    facility_pages.bp,
    partner_pages.bp,
    account_pages.bp,
    account_pages.security,
    project_pages.bp,
    segregation_pages.bp,
    gate_pages.bp,
    booking_pages.bp,
    calendar_pages.bp,
    campaign_pages.bp,
    charge_pages.bp,
    roadmap_pages.bp,
    matching_pages.bp,
    message_pages.bp,
    job_pages.bp,
    help_pages.bp,
    home_pages.bp,
    search_pages.bp,
)
"""What every room shows."""


class IdConverter(IntegerConverter):
    """An id in an address; a number that no database keeps is an address that does not exist."""

    def __init__(self, url_map: object, **kwargs: object) -> None:
        """Bound the number."""
        super().__init__(url_map, **{"max": BIGGEST_ID, **kwargs})  # type: ignore[arg-type]


def create_app(settings: Settings) -> Flask:
    """Return the portal, ready to serve, for one installation's settings."""
    app = Flask(
        "portal",
        instance_path=str(settings.instance),
        static_folder=str(ROOT / "static"),
        template_folder=str(ROOT / "templates"),
    )
    app.config.from_mapping(_flask_settings(settings))
    app.extensions["portal_settings"] = settings
    app.url_map.converters["int"] = IdConverter
    app.request_class = asking.Request
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    Path(settings.instance).mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    keeping.follow_sessions()
    csrf = CSRFProtect(app)
    csrf.exempt(message_pages.stopped)
    locale.init_app(app)
    filters.init_app(app)
    errors.init_app(app)
    headers.init_app(app, secure=settings.secure)
    assets.init_app(app)
    limits.init_app(app, settings.limits_url)
    actors.init_app(app, _load_actor)
    delivery.init_app(
        app, smtp_url=settings.smtp_url, folder=settings.instance / "mail", sender=settings.mail_from
    )
    storage.init_app(app, files_url=settings.files_url, folder=settings.instance / "files")
    writing.init_app(app, base_url=settings.base_url, portal_name=settings.portal_name)
    security.init_app(app, invented_addresses=settings.demo, secure=settings.secure)
    presence.init_app(app, second_factor_for=settings.second_factor_for)
    assistance.init_app(app)
    codes.init_app(app, portal_name=settings.portal_name)
    passkeys.init_app(
        app, base_url=settings.base_url, portal_name=settings.portal_name, secure=settings.secure
    )
    labels.init_app(app, vocabulary.label)
    lexicon.use(similarity_for(meaning=settings.text_similarity is TextSimilarity.MEANING))
    for spoken in SENTENCES:
        sentences.register(app, spoken)
    kinds.register(app, WORK)
    ways.init_app(app, navigation.destinations, help_pages.readings)
    belonging.register(app, campaign_pages.related)
    tabs.register(
        app,
        *roadmap_tabs.TABS,
        gate_pages.TAB,
        campaign_pages.TAB,
        matching_words.NEEDS_TAB,
        matching_words.TAB,
    )
    visits.init_app(app)
    for pages in PAGES:
        app.register_blueprint(pages)
    return app


def _load_actor(user_id: int) -> Actor:
    session = db.session()
    return facilities.with_duties(session, accounts.actor_of(session, user_id), today=clock.now().date())


def _flask_settings(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SECURITY_PASSWORD_SALT": settings.password_salt,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": connect_arguments(settings.database_url),
        "MAX_CONTENT_LENGTH": settings.max_upload,
        "MAX_FORM_MEMORY_SIZE": settings.max_upload,
        "TRUSTED_HOSTS": settings.trusted_hosts,
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "TEMPLATES_AUTO_RELOAD": False,
    }
