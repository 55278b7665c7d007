//! Owns the words of titles and descriptions. All of them are invented and name no brand or person.

pub(crate) const ADJECTIVES: &[&str] = &[
    "Amber", "Brave", "Bright", "Cosmic", "Crystal", "Daring", "Desert", "Emerald", "Frozen",
    "Gentle", "Golden", "Hidden", "Jolly", "Lucky", "Lunar", "Mellow", "Misty", "Northern",
    "Quiet", "Rapid", "Royal", "Silver", "Sunny", "Tiny", "Velvet", "Wild", "Wooden", "Zesty",
];

pub(crate) const GAME_NOUNS: &[&str] = &[
    "Harbor",
    "Kingdom",
    "Meadow",
    "Island",
    "Galaxy",
    "Garden",
    "Castle",
    "Canyon",
    "Circuit",
    "Dungeon",
    "Farm",
    "Lagoon",
    "Labyrinth",
    "Orchard",
    "Outpost",
    "Railway",
    "Reef",
    "Temple",
    "Village",
    "Voyage",
    "Workshop",
    "Valley",
];

pub(crate) const GAME_KINDS: &[&str] = &[
    "Puzzle",
    "Match",
    "Tycoon",
    "Merge",
    "Solitaire",
    "Bubble",
    "Word Quest",
    "Idle",
    "Racing",
    "Defense",
    "Bingo",
    "Mahjong",
    "Trivia",
    "Block",
];

pub(crate) const APP_NOUNS: &[&str] = &[
    "Budget Planner",
    "Step Counter",
    "Recipe Box",
    "Photo Frame",
    "Sleep Sounds",
    "Flashcards",
    "Weather Radar",
    "File Cleaner",
    "Habit Tracker",
    "Language Coach",
    "Plant Guide",
    "Travel Diary",
    "Music Trainer",
    "QR Reader",
];

pub(crate) const SITE_NOUNS: &[&str] = &[
    "Survey Panel",
    "Coupon Club",
    "Prize Draw",
    "Insurance Quotes",
    "Streaming Trial",
    "Grocery Voucher",
    "Credit Check",
    "Newsletter",
    "Reward Card",
    "Market Research",
    "Beauty Box",
    "Meal Kit",
    "Hotel Deals",
    "Online Course",
];

/// Titles in other languages, with characters that are not ASCII.
pub(crate) const FOREIGN_TITLES: &[&str] = &[
    "Täglich gewinnen – bis zu 50 € Guthaben",
    "Regístrate y prueba gratis ¡hoy!",
    "パズルの港へようこそ",
    "لعبة الواحة الذهبية",
    "Зимний сад: три в ряд",
    "Concours d’été : carte-cadeau à gagner",
    "퍼즐 정원 시즌 3",
    "Ödül Çarkı – Şimdi Dene",
    "🎮 Cosmic Orchard 🍎",
    "सुनहरा बगीचा",
];

pub(crate) const SENTENCES: &[&str] = &[
    "Discover {name}, a fresh way to spend a spare minute.",
    "New users only, one entry per household.",
    "Collect rewards every day and unlock new areas with your friends.",
    "Valid for users who have never installed or registered before.",
    "You must be 18 years or older to take part.",
    "Thousands of hand-made levels await, with new ones every week.",
    "Answer a few short questions and see what you are entitled to.",
    "No credit card is needed to get started.",
    "Rewards usually appear within a few minutes, sometimes within 24 hours.",
    "Use a valid e-mail address, it has to be confirmed.",
    "Enjoy {name} offline as well: no connection needed once it is installed.",
    "Incentivised traffic is allowed, proxies and emulators are not.",
    "Complete every step in one session for the best chance of credit.",
    "Cancel at any time before the trial ends.",
];

/// Sentences with markup, some of it hostile, as real descriptions contain it.
pub(crate) const MARKUP: &[&str] = &[
    "<b>Fast</b> &amp; easy&hellip;",
    "Don&#39;t miss out!<br>Today only.",
    "<ul><li>Install</li><li>Play&nbsp;5 minutes</li></ul>",
    "<p style=\"color:red\">Read the <a href=\"https://terms.example/t?a=1&amp;b=2\">terms</a> first</p>",
    "5 &lt; 10 &gt; 3, it&rsquo;s that simple<br/>",
    "<script>alert('offer')</script>",
    "Line one\nLine two\twith a tab",
    "<img src=x onerror=\"alert(1)\"> Great fun",
];

pub(crate) const INSTALL_TASKS: &[&str] = &[
    "Install and open the app",
    "Install, open and use for 30 seconds",
    "Download &amp; launch the app",
    "Install the app and create an account",
];

pub(crate) const SIGN_UP_TASKS: &[&str] = &[
    "Complete sign up with valid information",
    "Enter your e-mail and confirm it",
    "Finish the survey",
    "Start a trial with a valid card",
    "Submit your <b>zip code</b>",
];

pub(crate) const EVENTS: &[(&str, &str)] = &[
    ("open", "Install and open"),
    ("tutorial", "Finish the tutorial"),
    ("lvl5", "Reach level 5"),
    ("lvl20", "Reach level 20"),
    ("first_purchase", "Make any purchase"),
    ("day7", "Play on day 7 &amp; collect"),
];

/// Countries by how often offers name them, the most frequent first.
pub(crate) const COUNTRIES: &[&str] = &[
    "US", "CA", "GB", "AU", "DE", "FR", "NZ", "IE", "IT", "ES", "NL", "SE", "NO", "DK", "FI", "CH",
    "AT", "BE", "PT", "PL", "CZ", "HU", "RO", "GR", "BR", "MX", "AR", "CL", "CO", "PE", "ZA", "NG",
    "KE", "EG", "MA", "SA", "AE", "QA", "KW", "TR", "IL", "IN", "PK", "BD", "LK", "ID", "MY", "PH",
    "SG", "TH", "VN", "JP", "KR", "TW", "HK", "UA", "BG", "HR", "SI", "SK", "LT", "LV", "EE", "VA",
];

/// Hosts of links, all under a reserved domain. There are several, because the real hosts change
/// too.
pub(crate) const HOSTS: &[&str] = &[
    "track.example",
    "go.offers.example",
    "rewards-link.example",
    "cdn-click.example",
];
