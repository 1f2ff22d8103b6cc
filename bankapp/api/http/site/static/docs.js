// Swagger UI. Whoever logs in with it is authorized by that.
const LOGIN = "/v1/users/login";
const SCHEME = { type: "http", scheme: "bearer" };
const acting = document.getElementById("acting");
const dark = matchMedia("(prefers-color-scheme: dark)");

function follow() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem("actor")) ?? {};
  } catch {
    return {};
  }
}

function show() {
  const token = ui.authSelectors.authorized()?.getIn(["bearer", "value"]);
  const actor = kept();
  if (!token) {
    acting.innerHTML = 'Nobody is logged in. <a href="#/identity/log_in">Log in</a>: from then on this page asks as you.';
  } else if (actor.token === token) {
    acting.innerHTML = "You ask as <b></b>.";
    acting.querySelector("b").textContent = actor.username;
  } else {
    acting.textContent = "You ask with a token of your own.";
  }
}

function receive(response) {
  if (new URL(response.url, location).pathname.startsWith("/v1/")) setTimeout(showAnswer, 50);
  return authorizeOnLogin(response);
}

// It would come below the fold.
function showAnswer() {
  pressed?.closest(".opblock").querySelector(".responses-wrapper").scrollIntoView();
}

function authorizeOnLogin(response) {
  if (!response.ok || new URL(response.url, location).pathname !== LOGIN) return response;
  const { access_token: token, user } = response.body ?? JSON.parse(response.text);
  localStorage.setItem("actor", JSON.stringify({ token, username: user.username }));
  ui.authActions.authorizeWithPersistOption({ bearer: { name: "bearer", schema: SCHEME, value: token } });
  return response;
}

let pressed = null;
addEventListener("click", (event) => { pressed = event.target.closest(".execute") ?? pressed; });
addEventListener("hashchange", () => location.reload()); // Swagger UI reads it only as it starts.
follow();
dark.addEventListener("change", follow);
const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  docExpansion: "list",
  persistAuthorization: true,
  responseInterceptor: receive,
  tryItOutEnabled: true,
  validatorUrl: null,
  onComplete: () => {
    show();
    ui.getStore().subscribe(show);
  },
});
